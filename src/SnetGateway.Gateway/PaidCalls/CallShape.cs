using Grpc.Core;
using Microsoft.Extensions.Primitives;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Whether a request is a gRPC call, and the one answer when it is not, on paid routes and for the gateway's own methods: POST, HTTP/2 (or
/// gRPC-Web, which becomes HTTP/2), a gRPC content type, a valid deadline. A plain GET is 404 on both. On a paid route everything else is
/// refused before any check: upgrades and CONNECT would carry responses past the settling body, and HTTP/1.1 has no trailers for a status.
/// </summary>
internal static class CallShape
{
    /// <summary>The packages of the protocol's control services: no service behind the gateway gets a call of them.</summary>
    private static readonly string[] s_controlPackages = ["escrow.", "pricing.", "configuration_service."];

    /// <summary>Whether a path is that of a control service, by its package.</summary>
    public static bool IsOfControlService(PathString path) => path.Value is { Length: > 1 } value && IsControlService(value.AsSpan(1));

    /// <summary>Whether a service of this full name is a control service, by its package.</summary>
    public static bool IsControlService(ReadOnlySpan<char> name)
    {
        foreach (string package in s_controlPackages)
        {
            if (name.StartsWith(package, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a browser or a scanner requests: no page is here.</summary>
    private static readonly ShapeFault s_page = new(StatusCodes.Status404NotFound, "gRPC methods are called with POST");

    private static readonly ShapeFault s_method = new(StatusCodes.Status405MethodNotAllowed, "gRPC methods are called with POST");
    private static readonly ShapeFault s_type = new(
        StatusCodes.Status415UnsupportedMediaType, "unsupported content type, expected application/grpc");

    private static readonly ShapeFault s_version = new(StatusCodes.Status426UpgradeRequired, "gRPC needs HTTP/2");

    public static bool IsGrpc(HttpRequest request) => Find(request, needsProtobuf: false) is null;

    /// <summary>Null when the request has the form of a gRPC call; otherwise it has been refused, and this is the text.</summary>
    /// <param name="context">The request.</param>
    /// <param name="needsProtobuf">Whether its messages must be protobuf; services also take other codecs.</param>
    public static string? Refuse(HttpContext context, bool needsProtobuf = false)
    {
        if (Find(context.Request, needsProtobuf) is not { } fault)
        {
            return null;
        }

        GrpcStatusWriter.WriteHttp(context, fault.HttpStatus, new Status(StatusCode.Unimplemented, fault.Text));
        IHeaderDictionary headers = context.Response.Headers;
        if (fault == s_method)
        {
            headers.Allow = HttpMethods.Post;
        }
        else if (fault == s_version)
        {
            headers.Upgrade = "h2c";
            headers.Connection = "Upgrade, close";
        }

        return fault.Text;
    }

    /// <summary>Reads the client's deadline: the time that remains, null without one. Returns the status of the refusal, or null.</summary>
    /// <param name="values">The values of `grpc-timeout`.</param>
    /// <param name="deadline">The time that the client allows; null when it allows any.</param>
    public static Status? ReadDeadline(StringValues values, out TimeSpan? deadline)
    {
        deadline = null;
        if (values.Count == 0)
        {
            return null;
        }

        if (values.Count > 1 || !GrpcTimeout.TryParse(values[0], out TimeSpan timeout))
        {
            return new Status(StatusCode.Internal, "malformed grpc-timeout");
        }

        deadline = timeout;
        return timeout > TimeSpan.Zero ? null : CallFailures.DeadlinePassed.Status;
    }

    private static ShapeFault? Find(HttpRequest request, bool needsProtobuf)
    {
        var type = GrpcContentType.Parse(request.ContentType);
        if (!HttpMethods.IsPost(request.Method))
        {
            bool isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
            return isRead && type.Transport != GrpcTransport.Grpc ? s_page : s_method;
        }

        bool isAccepted = needsProtobuf ? type.IsGrpcProto : type.Transport == GrpcTransport.Grpc;
        return !isAccepted ? s_type
            : HttpProtocol.IsHttp11(request.Protocol) || HttpProtocol.IsHttp10(request.Protocol) ? s_version
            : null;
    }

    private sealed record ShapeFault(int HttpStatus, string Text);
}
