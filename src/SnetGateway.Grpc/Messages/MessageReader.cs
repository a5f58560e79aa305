using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.GrpcWire.Messages;

namespace SnetGateway.Grpc.Messages;

/// <summary>Reads length-prefixed messages, one at a time, from either end of a call.</summary>
/// <param name="source">The bytes of the request or response.</param>
/// <param name="maxBytes">The longest message accepted, as sent and expanded.</param>
/// <param name="encoding">The value of <c>grpc-encoding</c>, one of those that <see cref="GrpcEncodings.IsKnown"/>.</param>
internal sealed class MessageReader(PipeReader source, int maxBytes, string? encoding)
{
    /// <summary>The next message, or nothing at the end of the stream.</summary>
    /// <exception cref="RpcException">The stream is no gRPC, ends inside a message, or a message is too long.</exception>
    public async ValueTask<(bool HasMessage, T Message)> ReadAsync<T>(GrpcMarshaller<T> marshaller, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await source.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var advanced = false;
            try
            {
                if (TryReadHeader(buffer, out var header) && buffer.Length - FrameHeader.Size >= header.Length)
                {
                    var body = buffer.Slice(FrameHeader.Size, header.Length);
                    var message = header.IsCompressed
                        ? ReadCompressed(body, marshaller)
                        : Unmarshal(body, marshaller);
                    source.AdvanceTo(body.End);
                    advanced = true;
                    return (true, message);
                }

                if (result.IsCompleted)
                {
                    return buffer.IsEmpty
                        ? (false, default!)
                        : throw new RpcException(new Status(StatusCode.Internal, "the stream ended inside a message"));
                }
            }
            finally
            {
                if (!advanced)
                {
                    source.AdvanceTo(buffer.Start, buffer.End);
                }
            }
        }
    }

    private bool TryReadHeader(in ReadOnlySequence<byte> buffer, out FrameHeader header)
    {
        header = default;
        if (buffer.Length < FrameHeader.Size)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[FrameHeader.Size];
        buffer.Slice(0, FrameHeader.Size).CopyTo(bytes);
        if (!FrameHeader.TryRead(bytes, out header))
        {
            throw new RpcException(new Status(StatusCode.Internal, "a message begins with an unknown flag"));
        }

        return header.Length <= (uint)maxBytes ? true : throw SingleMessage.TooLong(maxBytes);
    }

    private T ReadCompressed<T>(in ReadOnlySequence<byte> body, GrpcMarshaller<T> marshaller)
    {
        if (encoding != GrpcEncodings.Gzip)
        {
            throw new RpcException(new Status(StatusCode.Internal, "a message is compressed and grpc-encoding does not say how"));
        }

        return GrpcEncodings.ReadGzip(body, maxBytes, expanded => Unmarshal(expanded, marshaller));
    }

    private static T Unmarshal<T>(in ReadOnlySequence<byte> body, GrpcMarshaller<T> marshaller)
    {
        try
        {
            return marshaller.Read(body);
        }
        catch (Exception broken) when (broken is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, "a message cannot be read as the type this method takes", broken));
        }
    }
}
