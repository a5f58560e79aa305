using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Logging;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Admin;

/// <summary>
/// What every request of the admin listener but the probes passes first: a host that no web page can have chosen, and the token. Requests
/// of the API also have bounds, must not come from another site, and get errors as problem documents (RFC 9457).
/// </summary>
internal sealed class AdminGuard(
    RequestDelegate next, AdminToken token, IOptions<ListenerOptions> listeners, TimeProvider time, ILogger<AdminGuard> logger)
{
    public const string Api = "/api";

    /// <summary>Bytes of a body, at most: it names a service or an instance.</summary>
    private const long MaxBodyBytes = 16 * 1024;

    /// <summary>Requests of the API that run at the same time, at most. One may read much of the ledger.</summary>
    private const int MaxRunning = 32;

    private readonly LogThrottle _refused = new(time);
    private int _running;

    public async Task InvokeAsync(HttpContext context)
    {
        bool isApi = context.Request.Path.StartsWithSegments(Api, StringComparison.Ordinal);
        if (Refuse(context, isApi) is var (status, reason))
        {
            await WriteAsync(context, status, reason);
            return;
        }

        if (!isApi)
        {
            await next(context);
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _running) > MaxRunning)
            {
                await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "too many requests run at the same time");
                return;
            }

            await RunAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task RunAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxBodyBytes;
        }

        try
        {
            await next(context);
        }
        catch (Exception exception) when (context.Response.HasStarted
            && exception is StoreUnavailableException or LedgerFormatException or OperationCanceledException)
        {
            context.Abort(); // in the middle of an export: the client sees that it is not complete
            return;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LedgerFormatException)
        {
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, $"the ledger cannot be used: {exception.Message}");
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest, ContentType: null })
        {
            await WriteAsync(context, context.Response.StatusCode, null);
        }
    }

    private (int Status, string Reason)? Refuse(HttpContext context, bool isApi)
    {
        HttpRequest request = context.Request;
        if (!IsOwnHost(request.Host))
        {
            return (StatusCodes.Status421MisdirectedRequest,
                "the host is not one of this listener: use an IP address or localhost, or add it to Listeners:Admin:Hosts");
        }

        if (!token.Admits(request))
        {
            if (_refused.TryTake(out long suppressed))
            {
                AdminLog.Unauthorized(logger, request.Path, context.Connection.RemoteIpAddress, suppressed);
            }

            context.Response.Headers.WWWAuthenticate = "Bearer";
            return (StatusCodes.Status401Unauthorized, "the request has no valid token: Authorization: Bearer TOKEN");
        }

        if (!isApi)
        {
            return null;
        }

        if (IsOfOtherSite(request))
        {
            return (StatusCodes.Status403Forbidden, "the request comes from a web page of another site");
        }

        bool isSafe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return isSafe || request.HasJsonContentType()
            ? null
            : (StatusCodes.Status415UnsupportedMediaType, "the content type must be application/json");
    }

    /// <summary>The owner of a page can give this address another name, but not another address, and not the name `localhost`.</summary>
    private bool IsOwnHost(HostString host) =>
        host.HasValue
        && (IPAddress.TryParse(host.Host, out _)
            || host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || listeners.Value.Admin.Hosts.Any(own =>
                own.Equals(host.Value, StringComparison.OrdinalIgnoreCase) || own.Equals(host.Host, StringComparison.OrdinalIgnoreCase)));

    /// <summary>What a browser says of the page that sends a request. Programs say nothing.</summary>
    private static bool IsOfOtherSite(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none")
        || request.Headers.Origin is [{ } origin]
            && (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
                || !page.Authority.Equals(Authority(request), StringComparison.OrdinalIgnoreCase));

    private static string Authority(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host.Value}", UriKind.Absolute, out Uri? own) ? own.Authority : "";

    private static Task WriteAsync(HttpContext context, int status, string? detail) =>
        TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);
}
