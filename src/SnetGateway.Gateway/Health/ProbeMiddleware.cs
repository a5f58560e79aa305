using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Health;

/// <summary>
/// Responds to `/livez` and `/readyz` on both listeners, before routing, so that no route can hide them. The public listener says only
/// whether the gateway is ready; the admin listener also says why not.
/// </summary>
internal sealed class ProbeMiddleware(RequestDelegate next, Readiness readiness)
{
    private const string Live = "/livez";
    private const string Ready = "/readyz";

    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool isLive = request.Path.Equals(Live, StringComparison.Ordinal);
        if ((!isLive && !request.Path.Equals(Ready, StringComparison.Ordinal))
            || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
        {
            return next(context);
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        if (isLive)
        {
            return context.Response.WriteAsync("live\n", context.RequestAborted);
        }

        IReadOnlyList<string> problems = readiness.Problems();
        if (problems.Count == 0)
        {
            return context.Response.WriteAsync("ready\n", context.RequestAborted);
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        bool isOperator = context.Features.Get<ListenerKind>() == ListenerKind.Admin;
        string text = isOperator ? string.Concat(problems.Select(problem => problem + "\n")) : "not ready\n";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
