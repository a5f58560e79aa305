using System.Buffers;
using Grpc.Core;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.GrpcWire.Messages;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// The one message of a request, gathered as the proxy copies the request's body into it. Sizes were bounded before, as sent; a compressed
/// message is expanded within the same bound.
/// </summary>
internal sealed class RequestMessage(ByteBuffer message, string? encoding, int maxBytes) : WriteOnceStream
{
    private readonly byte[] _header = new byte[FrameHeader.Size];
    private int _headerBytes;
    private uint _left;
    private bool _isCompressed;
    private bool _hasMessage;
    private bool _hasMore;

    /// <summary>Reads a request to its end.</summary>
    /// <returns>The message, which lies in <paramref name="message"/> or beside it.</returns>
    /// <exception cref="RpcException">There is not exactly one message, or it cannot be read.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpContent? content, string? encoding, int maxBytes, ByteBuffer message, CancellationToken cancellationToken)
    {
        if (!GrpcEncodings.IsKnown(encoding))
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "the message's compression is not known here"));
        }

        var request = new RequestMessage(message, encoding, maxBytes);
        if (content is not null)
        {
            await content.CopyToAsync(request, cancellationToken);
        }

        return request.End();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty && !_hasMore)
        {
            if (_hasMessage)
            {
                // Nothing is thrown here: the proxy takes an exception for a broken service and keeps it to itself.
                _hasMore = true;
            }
            else if (_headerBytes < FrameHeader.Size)
            {
                int count = Math.Min(FrameHeader.Size - _headerBytes, buffer.Length);
                buffer[..count].CopyTo(_header.AsSpan(_headerBytes));
                _headerBytes += count;
                buffer = buffer[count..];
                if (_headerBytes == FrameHeader.Size && FrameHeader.TryRead(_header, out FrameHeader header))
                {
                    (_isCompressed, _left) = (header.IsCompressed, header.Length);
                    _hasMessage = _left == 0;
                }
            }
            else
            {
                int count = (int)Math.Min(_left, (uint)buffer.Length);
                message.Append(buffer[..count]);
                _left -= (uint)count;
                _hasMessage = _left == 0;
                buffer = buffer[count..];
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private ReadOnlyMemory<byte> End()
    {
        if (_hasMore || !_hasMessage)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "this method takes exactly one message"));
        }

        if (!_isCompressed)
        {
            return message.Memory;
        }

        return encoding == GrpcEncodings.Gzip
            ? GrpcEncodings.ReadGzip(new ReadOnlySequence<byte>(message.Memory), maxBytes, static expanded => expanded.ToArray())
            : throw new RpcException(new Status(StatusCode.Internal, "a message is compressed and grpc-encoding does not say how"));
    }
}
