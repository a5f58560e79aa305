using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// Lets web pages of other origins call the gateway (CORS): responds to preflights, which reach no route and need no payment, and tells the
/// browser which response headers a page may read. Credentials are never allowed: payments are in the metadata, and cookies have no meaning
/// here.
/// </summary>
internal sealed class CrossOriginMiddleware(RequestDelegate next, IOptionsMonitor<WebOptions> options)
{
    private const string AllowPrivateNetwork = "Access-Control-Allow-Private-Network";
    private const string RequestPrivateNetwork = "Access-Control-Request-Private-Network";
    private const string AnyOrigin = "*";

    /// <summary>Headers that a page must be able to read of every response, including one that ends before the service is called.</summary>
    private static readonly string[] s_alwaysExposed =
        [
            GrpcHeaderNames.Status, GrpcHeaderNames.Message, "grpc-status-details-bin", GrpcHeaderNames.Encoding,
            GrpcHeaderNames.AcceptEncoding, "retry-after",
        ];

    private static readonly string[] s_methods = [HttpMethods.Post, HttpMethods.Get, HttpMethods.Head, HttpMethods.Options];

    public Task InvokeAsync(HttpContext context)
    {
        IHeaderDictionary request = context.Request.Headers;
        StringValues origin = request.Origin;
        if (origin.Count == 0 || !options.CurrentValue.CrossOrigin)
        {
            return next(context);
        }

        string? allowed = Allowed(options.CurrentValue, origin.ToString());
        if (HttpMethods.IsOptions(context.Request.Method) && request.AccessControlRequestMethod.Count > 0)
        {
            RespondToPreflight(context, allowed);
            return Task.CompletedTask;
        }

        context.Response.OnStarting(() =>
        {
            Expose(context.Response.Headers, allowed);
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>The value of Access-Control-Allow-Origin; null when the origin is not allowed.</summary>
    private static string? Allowed(WebOptions web, string origin) =>
        web.Origins.Length == 0 ? AnyOrigin
        : web.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase) ? origin
        : null;

    private void RespondToPreflight(HttpContext context, string? allowed)
    {
        IHeaderDictionary request = context.Request.Headers;
        IHeaderDictionary response = context.Response.Headers;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        response.Vary = new StringValues(
        [
            HeaderNames.Origin, HeaderNames.AccessControlRequestMethod, HeaderNames.AccessControlRequestHeaders, RequestPrivateNetwork,
        ]);
        string method = request.AccessControlRequestMethod.ToString();
        if (allowed is null || !s_methods.Contains(method, StringComparer.Ordinal))
        {
            return;
        }

        response.AccessControlAllowOrigin = allowed;
        response.AccessControlAllowMethods = method;

        // Every header is allowed: metadata can have any name, and headers that a service must not see are removed later in any case.
        if (request.AccessControlRequestHeaders.Count > 0)
        {
            response.AccessControlAllowHeaders = request.AccessControlRequestHeaders;
        }

        // Only to listed origins: otherwise any page could call the gateway of a network that its reader is in.
        if (allowed != AnyOrigin && request[RequestPrivateNetwork] == "true")
        {
            response[AllowPrivateNetwork] = "true";
        }

        response.AccessControlMaxAge = ((long)options.CurrentValue.PreflightMaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The gateway's own CORS headers replace the service's, which are about the service's address.</summary>
    private static void Expose(IHeaderDictionary response, string? allowed)
    {
        response.Remove(HeaderNames.AccessControlAllowCredentials);
        response.Remove(HeaderNames.AccessControlAllowOrigin);
        response.Remove(HeaderNames.AccessControlExposeHeaders);
        response.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (allowed is null)
        {
            return;
        }

        // Only newer browsers accept `*` here, so every header of the response is named.
        IEnumerable<string> names = response.Keys
            .Where(name => !name.StartsWith(':') && !name.StartsWith("access-control-", StringComparison.OrdinalIgnoreCase))
            .Select(name => name.ToLowerInvariant())
            .Union(s_alwaysExposed);
        response.AccessControlExposeHeaders = string.Join(", ", names);
        response.AccessControlAllowOrigin = allowed;
    }
}
