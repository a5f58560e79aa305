using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.GrpcWire.Web;

/// <summary>Content types of gRPC-Web, and what they are on the other side of the layer.</summary>
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
    /// The type under which an answer goes to a web client. It always names how messages are written, because some clients want it said:
    /// <c>application/grpc</c> becomes <c>application/grpc-web+proto</c>.
    /// </summary>
    /// <param name="grpcType">The plain type of the answer.</param>
    /// <param name="isText">Whether the body goes out as base64.</param>
    public static string FromGrpc(string grpcType, bool isText)
    {
        ArgumentNullException.ThrowIfNull(grpcType);
        var codec = CodecOf(grpcType);
        return (isText ? WebText : Web) + (codec.Length == 0 ? Proto : codec);
    }

    /// <summary>Whether a client wants its answer as base64: by what it says that it accepts, else by what it sends.</summary>
    /// <param name="request">How the request travels.</param>
    /// <param name="accept">The value of <c>accept</c>; empty without one.</param>
    public static bool WantsText(GrpcTransport request, string accept)
    {
        ArgumentNullException.ThrowIfNull(accept);
        return accept.Contains(WebText, StringComparison.OrdinalIgnoreCase)
            || (request == GrpcTransport.GrpcWebText && !accept.Contains(Web, StringComparison.OrdinalIgnoreCase));
    }

    private static string CodecOf(string type)
    {
        var end = type.IndexOf(';', StringComparison.Ordinal);
        var plus = type.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 || (end >= 0 && end < plus) ? string.Empty : (end < 0 ? type[plus..] : type[plus..end]).TrimEnd();
    }
}
