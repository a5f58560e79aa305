using Microsoft.AspNetCore.Http.Features;
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

    /// <summary>
    /// Whether a request has a body, which no probe has. It gets a response without one: of a client that sends and does not read, the
    /// server would keep up to 1 MiB for each request until the connection ends.
    /// </summary>
    public static bool HasBody(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;

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
            return RespondAsync(context, "live\n");
        }

        IReadOnlyList<string> problems = readiness.Problems();
        if (problems.Count == 0)
        {
            return RespondAsync(context, "ready\n");
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        bool isOperator = context.Features.Get<ListenerKind>() == ListenerKind.Admin;
        string text = isOperator ? string.Concat(problems.Select(problem => problem + "\n")) : "not ready\n";
        return RespondAsync(context, text);
    }

    private static Task RespondAsync(HttpContext context, string text) =>
        HasBody(context) ? Task.CompletedTask : context.Response.WriteAsync(text, context.RequestAborted);
}
