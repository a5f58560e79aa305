using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.GrpcWire.Web;

/// <summary>Content types of gRPC-Web and their plain gRPC equivalents.</summary>
public static class GrpcWebContentType
{
    private const string Web = "application/grpc-web";
    private const string WebText = "application/grpc-web-text";
    private const string Proto = "+proto";

    /// <summary>The plain gRPC type of a request: <c>application/grpc-web-text+json</c> becomes <c>application/grpc+json</c>.</summary>
    public static string ToGrpc(string webType)
    {
        ArgumentNullException.ThrowIfNull(webType);
        return GrpcContentType.Grpc + CodecOf(webType);
    }

    /// <summary>
    /// The content type of a response to a web client. It always names the encoding of messages, because some clients require it:
    /// <c>application/grpc</c> becomes <c>application/grpc-web+proto</c>.
    /// </summary>
    /// <param name="grpcType">The plain content type of the response.</param>
    /// <param name="isText">True when the body is sent as base64.</param>
    public static string FromGrpc(string grpcType, bool isText)
    {
        ArgumentNullException.ThrowIfNull(grpcType);
        string codec = CodecOf(grpcType);
        return (isText ? WebText : Web) + (codec.Length == 0 ? Proto : codec);
    }

    /// <summary>
    /// True when the client wants a base64 response: by its <c>accept</c> header, otherwise by the request's content type.
    /// </summary>
    /// <param name="request">The request's transport.</param>
    /// <param name="accept">The value of <c>accept</c>; empty when it is missing.</param>
    public static bool WantsText(GrpcTransport request, string accept)
    {
        ArgumentNullException.ThrowIfNull(accept);
        return accept.Contains(WebText, StringComparison.OrdinalIgnoreCase)
            || (request == GrpcTransport.GrpcWebText && !accept.Contains(Web, StringComparison.OrdinalIgnoreCase));
    }

    private static string CodecOf(string type)
    {
        int end = type.IndexOf(';', StringComparison.Ordinal);
        int plus = type.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 || (end >= 0 && end < plus) ? string.Empty : (end < 0 ? type[plus..] : type[plus..end]).TrimEnd();
    }
}
