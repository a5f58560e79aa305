using Grpc.Core;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.GrpcWire.Messages;

/// <summary>The complete body of a call with one message, for translators.</summary>
public static class SingleMessage
{
    /// <summary>Reads the message of a body, and decompresses it if necessary.</summary>
    /// <param name="body">The complete body.</param>
    /// <param name="encoding">The value of <c>grpc-encoding</c>; null when it is missing.</param>
    /// <param name="maxBytes">The longest accepted message, both as sent and decompressed.</param>
    /// <exception cref="RpcException">There is no message, more than one, or an invalid one.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> body, string? encoding, int maxBytes)
    {
        if (!GrpcEncodings.IsKnown(encoding))
        {
            throw new RpcException(
                new Status(StatusCode.Unimplemented, $"unsupported grpc-encoding, expected one of: {GrpcEncodings.Accepted}"));
        }

        if (body.IsEmpty)
        {
            throw Internal("the request has no message");
        }

        if (!FrameHeader.TryRead(body.Span, out FrameHeader header))
        {
            throw body.Length < FrameHeader.Size ? HalfMessage() : Internal("the request is not a valid gRPC message");
        }

        if (header.Length > (uint)maxBytes)
        {
            throw TooLong(maxBytes);
        }

        ReadOnlyMemory<byte> rest = body[FrameHeader.Size..];
        if (rest.Length != header.Length)
        {
            throw rest.Length < header.Length ? HalfMessage() : MoreThanOne();
        }

        return !header.IsCompressed ? rest
            : encoding == GrpcEncodings.Gzip ? GrpcEncodings.ReadGzip(rest.Span, maxBytes)
            : throw Internal("a message is compressed but grpc-encoding does not name the compression");
    }

    /// <summary>Builds a body with one uncompressed message.</summary>
    public static byte[] Write(ReadOnlySpan<byte> message)
    {
        byte[] body = new byte[FrameHeader.Size + message.Length];
        new FrameHeader(IsCompressed: false, (uint)message.Length).Write(body);
        message.CopyTo(body.AsSpan(FrameHeader.Size));
        return body;
    }

    /// <summary>The status for a request with several messages.</summary>
    public static RpcException MoreThanOne() => Internal("the request has more than one message");

    /// <summary>The status for a message over the limit.</summary>
    public static RpcException TooLong(int maxBytes) => new(new Status(
        StatusCode.ResourceExhausted, $"a message of the request is larger than allowed: the limit is {maxBytes}"));

    private static RpcException HalfMessage() => Internal("the request ended in the middle of a message");

    private static RpcException Internal(string text) => new(new Status(StatusCode.Internal, text));
}
