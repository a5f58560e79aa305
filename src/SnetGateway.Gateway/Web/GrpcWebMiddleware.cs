using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Web;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// Translates gRPC-Web calls into plain gRPC for the rest of the pipeline: routing, payment, the forwarder and the gateway's own services.
/// It is outside the paid call and replaces body and trailers, so there is one settle for both protocols, on HTTP/1.1 and HTTP/2 alike.
/// </summary>
internal sealed class GrpcWebMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        GrpcTransport transport = GrpcContentType.Parse(request.ContentType).Transport;
        if (transport is GrpcTransport.GrpcWeb or GrpcTransport.GrpcWebText && HttpMethods.IsPost(request.Method))
        {
            return CallAsync(context, transport);
        }

        if (request.Headers.Connection.Count > 0)
        {
            ConnectionHeaders.RemoveNamed(request.Headers);
        }

        return next(context);
    }

    private async Task CallAsync(HttpContext context, GrpcTransport transport)
    {
        IFeatureCollection features = context.Features;
        IHttpRequestFeature request = features.GetRequiredFeature<IHttpRequestFeature>();
        IHttpResponseBodyFeature body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        IHttpResponseTrailersFeature? trailers = features.Get<IHttpResponseTrailersFeature>();
        var response = new GrpcWebResponse(
            context.Response,
            body,
            GrpcWebContentType.WantsText(transport, context.Request.Headers.Accept.ToString()));
        context.Response.OnStarting(static state =>
        {
            ((GrpcWebResponse)state).TranslateHeaders();
            return Task.CompletedTask;
        }, response);

        TranslateRequest(context, transport);
        features.Set<IHttpRequestFeature>(OverHttp2(request));
        features.Set<IHttpUpgradeFeature>(null);
        features.Set<IHttpExtendedConnectFeature>(null);
        features.Set<IHttpResponseTrailersFeature>(response);
        features.Set<IHttpResponseBodyFeature>(response);
        try
        {
            await next(context);
            await response.EndAsync();
        }
        finally
        {
            features.Set(body);
            features.Set(trailers);
            features.Set(request);
        }
    }

    /// <summary>
    /// The request as the rest of the pipeline sees it. The server's own feature keeps its protocol, because the server frames the response
    /// by it.
    /// </summary>
    private static HttpRequestFeature OverHttp2(IHttpRequestFeature request) => new()
    {
        Protocol = HttpProtocol.Http2,
        Scheme = request.Scheme,
        Method = request.Method,
        PathBase = request.PathBase,
        Path = request.Path,
        QueryString = request.QueryString,
        RawTarget = request.RawTarget,
        Headers = request.Headers,
        Body = request.Body,
    };

    private static void TranslateRequest(HttpContext context, GrpcTransport transport)
    {
        HttpRequest request = context.Request;
        IHeaderDictionary headers = request.Headers;
        string contentType = request.ContentType!;
        ConnectionHeaders.RemoveFrom(headers);

        // accept-encoding is about the browser's connection. A service that applied it would compress the frames.
        headers.Remove(HeaderNames.AcceptEncoding);

        // This server sends 100 Continue itself. A forwarded `expect` would delay the request.
        headers.Remove(HeaderNames.Expect);
        request.ContentType = GrpcWebContentType.ToGrpc(contentType);
        if (!HttpProtocol.IsHttp2(request.Protocol))
        {
            request.Body = new Http1Body(request.BodyReader);
        }

        if (transport == GrpcTransport.GrpcWebText)
        {
            headers.ContentLength = null;
            request.Body = new GrpcWebTextRequest(request.Body);
        }
    }
}
