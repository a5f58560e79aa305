using Grpc.Core;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.GrpcWire.Messages;

/// <summary>The body of a call that has one message, whole: for whoever translates it into something else.</summary>
public static class SingleMessage
{
    /// <summary>The message of a body, expanded if it is compressed.</summary>
    /// <param name="body">Everything that was sent.</param>
    /// <param name="encoding">The value of <c>grpc-encoding</c>; null when there is none.</param>
    /// <param name="maxBytes">The longest message accepted, as sent and expanded.</param>
    /// <exception cref="RpcException">There is no message, or more than one, or it cannot be read.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> body, string? encoding, int maxBytes)
    {
        if (!GrpcEncodings.IsKnown(encoding))
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, $"grpc-encoding is none of {GrpcEncodings.Accepted}"));
        }

        if (body.IsEmpty)
        {
            throw Internal("the request has no message");
        }

        if (!FrameHeader.TryRead(body.Span, out var header))
        {
            throw Internal(body.Length < FrameHeader.Size ? "the stream ended inside a message" : "a message begins with an unknown flag");
        }

        if (header.Length > (uint)maxBytes)
        {
            throw TooLong(maxBytes);
        }

        var rest = body[FrameHeader.Size..];
        if (rest.Length != header.Length)
        {
            throw rest.Length < header.Length ? Internal("the stream ended inside a message") : MoreThanOne();
        }

        return !header.IsCompressed ? rest
            : encoding == GrpcEncodings.Gzip ? GrpcEncodings.ReadGzip(rest.Span, maxBytes)
            : throw Internal("a message is compressed and grpc-encoding does not say how");
    }

    /// <summary>A body of one message, uncompressed.</summary>
    public static byte[] Write(ReadOnlySpan<byte> message)
    {
        var body = new byte[FrameHeader.Size + message.Length];
        new FrameHeader(IsCompressed: false, (uint)message.Length).Write(body);
        message.CopyTo(body.AsSpan(FrameHeader.Size));
        return body;
    }

    /// <summary>The status of a request of several messages.</summary>
    public static RpcException MoreThanOne() => Internal("the request has more than one message");

    /// <summary>The status of a message over the limit.</summary>
    public static RpcException TooLong(int maxBytes) => new(new Status(StatusCode.ResourceExhausted, $"a message is longer than the {maxBytes} bytes allowed"));

    private static RpcException Internal(string text) => new(new Status(StatusCode.Internal, text));
}
