using Grpc.Core;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.GrpcWire.Messages;

namespace SnetGateway.Gateway.Prices;

/// <summary>The first message of a request, read before the call is forwarded. The proxy then reads the same bytes again.</summary>
internal static class FirstMessage
{
    private const int FirstRead = 4096;

    /// <summary>The message with its header, as its client encoded it.</summary>
    /// <param name="request">The request, whose body begins with the same bytes afterwards.</param>
    /// <param name="maxBytes">The longest accepted message.</param>
    /// <param name="cancellationToken">Ends the wait for the client.</param>
    /// <exception cref="RpcException">The message is missing, invalid or too long.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        Stream body = request.Body;
        byte[] buffer = new byte[FirstRead];
        int count = 0;
        while (true)
        {
            if (LengthOf(buffer.AsSpan(0, count), maxBytes) is { } length && count >= length)
            {
                request.Body = new RestoredBody(buffer.AsMemory(0, count), body);
                return buffer.AsMemory(0, (int)length);
            }

            if (count == buffer.Length)
            {
                // By the bytes that have arrived: the header could announce any length.
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            int read = await ReadAsync(body, buffer.AsMemory(count), cancellationToken);
            count += read;
            if (read == 0)
            {
                SingleMessage.Read(buffer.AsMemory(0, count), encoding: null, maxBytes);
                throw new InvalidOperationException("A message that is not whole was read as one.");
            }
        }
    }

    /// <summary>Bytes of the frame; null while its header has not arrived.</summary>
    private static long? LengthOf(ReadOnlySpan<byte> bytes, int maxBytes)
    {
        if (bytes.Length < FrameHeader.Size)
        {
            return null;
        }

        return !FrameHeader.TryRead(bytes, out FrameHeader header) ? throw Invalid()
            : header.Length > (uint)maxBytes ? throw SingleMessage.TooLong(maxBytes)
            : FrameHeader.Size + (long)header.Length;
    }

    private static async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            throw Invalid();
        }
    }

    private static RpcException Invalid() => new(new Status(StatusCode.Internal, "the request is not a valid gRPC message"));

    /// <summary>A body of which a part was read before.</summary>
    private sealed class RestoredBody(ReadOnlyMemory<byte> head, Stream rest) : ReadOnceStream
    {
        private ReadOnlyMemory<byte> _head = head;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_head.IsEmpty)
            {
                return rest.ReadAsync(buffer, cancellationToken);
            }

            int count = Math.Min(buffer.Length, _head.Length);
            _head[..count].CopyTo(buffer);
            _head = _head[count..];
            return new ValueTask<int>(count);
        }
    }
}
