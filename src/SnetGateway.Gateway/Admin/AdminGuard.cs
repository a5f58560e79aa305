using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Logging;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Admin;

/// <summary>
/// What every request of the admin listener but the probes passes first: a host that no web page can have chosen, and a login. Requests of
/// the API and of the dashboard also have bounds, and must not come from another site; those of the API get errors as problem documents
/// (RFC 9457).
/// </summary>
internal sealed class AdminGuard(
    RequestDelegate next, AdminToken token, AdminSessions sessions, IOptions<ListenerOptions> listeners, TimeProvider time,
    ILogger<AdminGuard> logger)
{
    public const string Api = "/api";

    /// <summary>Where the pages of the dashboard are.</summary>
    public const string Dashboard = "/dashboard";

    /// <summary>The page that asks for the token.</summary>
    public const string Login = Dashboard + "/login";

    /// <summary>What the login page is made of. It says nothing of this gateway.</summary>
    public const string Assets = Dashboard + "/assets";

    /// <summary>Bytes of a body, at most: it names a service or an instance.</summary>
    private const long MaxBodyBytes = 16 * 1024;

    /// <summary>Requests that run at the same time, at most. One may read much of the ledger.</summary>
    private readonly RunningLimit _running = new(32);

    /// <summary>The same for those that need no login, which must not take the places of the operator.</summary>
    private readonly RunningLimit _open = new(8);

    private readonly LogThrottle _refused = new(time);

    public async Task InvokeAsync(HttpContext context)
    {
        PathString path = context.Request.Path;
        bool isApi = path.StartsWithSegments(Api, StringComparison.Ordinal);
        bool isPage = path.Value is "/" || path.StartsWithSegments(Dashboard, StringComparison.Ordinal);
        bool isOpen = path.Value is Login || path.StartsWithSegments(Assets, StringComparison.Ordinal);
        if (isPage)
        {
            PageHeaders.Write(context.Response.Headers);
        }

        if ((RefuseHost(context.Request.Host) ?? (isOpen ? null : RefuseUnknown(context, isPage))) is var (status, reason))
        {
            await WriteAsync(context, status, reason);
            return;
        }

        if (context.Response.StatusCode == StatusCodes.Status303SeeOther)
        {
            return; // to the login
        }

        if ((isApi ? RefuseCall(context.Request) : isPage ? RefusePage(context.Request) : null) is var (wrong, why))
        {
            await WriteAsync(context, wrong, why);
            return;
        }

        if (!isApi && !isPage)
        {
            await next(context);
            return;
        }

        RunningLimit limit = isOpen && token.IsRequired ? _open : _running;
        if (!limit.TryEnter())
        {
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "too many requests run at the same time");
            return;
        }

        try
        {
            await RunAsync(context);
        }
        finally
        {
            limit.Leave();
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

    private (int Status, string Reason)? RefuseHost(HostString host) => IsOwnHost(host)
        ? null
        : (StatusCodes.Status421MisdirectedRequest,
            "the host is not one of this listener: use an IP address or localhost, or add it to Listeners:Admin:Hosts");

    /// <summary>Who has neither the token nor, for a page, a session. A browser is led to the login.</summary>
    private (int Status, string Reason)? RefuseUnknown(HttpContext context, bool isPage)
    {
        HttpRequest request = context.Request;
        if (token.Admits(request) || (isPage && sessions.Admits(request)))
        {
            return null;
        }

        if (isPage && IsRead(request))
        {
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = Login + QueryString.Create("to", request.Path + request.QueryString);
            return null;
        }

        if (_refused.TryTake(out long suppressed))
        {
            AdminLog.Unauthorized(logger, request.Path, context.Connection.RemoteIpAddress, suppressed);
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return (StatusCodes.Status401Unauthorized, "the request has no valid token: Authorization: Bearer TOKEN");
    }

    private static (int Status, string Reason)? RefuseCall(HttpRequest request) =>
        IsOfOtherSite(request) ? (StatusCodes.Status403Forbidden, "the request comes from a web page of another site")
        : IsRead(request) || request.HasJsonContentType() ? null
        : (StatusCodes.Status415UnsupportedMediaType, "the content type must be application/json");

    /// <summary>A link of another site may open a page, but not in a frame: nothing is changed, and the other site sees nothing.</summary>
    private static (int Status, string Reason)? RefusePage(HttpRequest request) =>
        !IsOfOtherSite(request) || (IsRead(request) && request.Headers["Sec-Fetch-Mode"] is ["navigate"]
            && request.Headers["Sec-Fetch-Dest"] is ["document"])
            ? null
            : (StatusCodes.Status403Forbidden, "the request comes from a web page of another site");

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

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
