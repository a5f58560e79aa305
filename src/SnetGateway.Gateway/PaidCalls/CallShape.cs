using Grpc.Core;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// The form of a gRPC call: POST, HTTP/2 (or gRPC-Web, which becomes HTTP/2), a gRPC content type. Everything else is refused on a paid
/// route before any check: upgrades and CONNECT would carry responses past the settling body, and HTTP/1.1 has no trailers for a status.
/// </summary>
internal static class CallShape
{
    public static bool IsGrpc(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && !HttpProtocol.IsHttp11(request.Protocol)
        && !HttpProtocol.IsHttp10(request.Protocol)
        && GrpcContentType.Parse(request.ContentType).Transport == GrpcTransport.Grpc;

    /// <summary>Null when the request has the form of a gRPC call; otherwise it has been refused, and this is the text.</summary>
    public static string? Refuse(HttpContext context)
    {
        if (IsGrpc(context.Request))
        {
            return null;
        }

        HttpRequest request = context.Request;
        if (!HttpMethods.IsPost(request.Method))
        {
            const string text = "gRPC methods are called with POST";
            Write(context, StatusCodes.Status405MethodNotAllowed, text);
            context.Response.Headers.Allow = HttpMethods.Post;
            return text;
        }

        if (GrpcContentType.Parse(request.ContentType).Transport != GrpcTransport.Grpc)
        {
            const string text = "unsupported content type, expected application/grpc";
            Write(context, StatusCodes.Status415UnsupportedMediaType, text);
            return text;
        }

        const string needed = "gRPC needs HTTP/2";
        Write(context, StatusCodes.Status426UpgradeRequired, needed);
        context.Response.Headers.Upgrade = "h2c";
        context.Response.Headers.Connection = "Upgrade, close";
        return needed;
    }

    private static void Write(HttpContext context, int httpStatus, string text) =>
        GrpcStatusWriter.WriteHttp(context, httpStatus, new Status(StatusCode.Unimplemented, text));
}
