using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.Gateway.Streams;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Under <see cref="SettleFirstBody"/>, so that its bytes are paid by the ceiling and are whole frames. Counts each message before any of
/// it is sent, and ends the call before the first one that the ceiling does not pay for.
/// </summary>
internal sealed class MeteredBody(MeteredCall call, IHttpResponseBodyFeature inner) : WriteOnceStream, IHttpResponseBodyFeature
{
    private const int HeaderBytes = 5;

    private readonly byte[] _header = new byte[HeaderBytes];
    private int _headerBytes;
    private uint _messageLeft;
    private bool _hasBegun;

    public Stream Stream => this;

    public PipeWriter Writer => inner.Writer;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadOnlyMemory<byte> paid = TakePaid(buffer, out bool isCut);
        return isCut ? EndAsync(paid, cancellationToken) : SendAsync(paid, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.Stream.FlushAsync(cancellationToken);

    public void DisableBuffering() => inner.DisableBuffering();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task CompleteAsync() => inner.CompleteAsync();

    private async ValueTask EndAsync(ReadOnlyMemory<byte> paid, CancellationToken cancellationToken)
    {
        await SendAsync(paid, cancellationToken);
        throw call.FailAndStop(CallFailures.CeilingReached);
    }

    /// <summary>
    /// What may be sent of a chunk. The bytes of a header are held back until it is known how long its message is, so they may be of an
    /// earlier chunk. All in one write: the chunk is no longer this one's after the first wait.
    /// </summary>
    private ReadOnlyMemory<byte> TakePaid(ReadOnlyMemory<byte> chunk, out bool isCut)
    {
        byte[] held = _header[.._headerBytes];
        bool isHeldPaid = false;
        int paid = 0;
        isCut = false;
        for (int at = 0; at < chunk.Length && !isCut;)
        {
            if (_messageLeft > 0)
            {
                int part = (int)Math.Min(_messageLeft, (uint)(chunk.Length - at));
                _messageLeft -= (uint)part;
                paid = at += part;
                continue;
            }

            int taken = Math.Min(HeaderBytes - _headerBytes, chunk.Length - at);
            chunk.Span.Slice(at, taken).CopyTo(_header.AsSpan(_headerBytes));
            _headerBytes += taken;
            at += taken;
            if (_headerBytes == HeaderBytes)
            {
                _headerBytes = 0;
                _messageLeft = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(1));
                isCut = !call.Meter.TryCount(_messageLeft);
                if (!isCut)
                {
                    Begin();
                    isHeldPaid = held.Length > 0;
                    paid = at;
                }
            }
        }

        return isHeldPaid ? (byte[])[.. held, .. chunk.Span[..paid]] : chunk[..paid];
    }

    private void Begin()
    {
        if (!_hasBegun && call.Meter.PaidTimeLeft is { } left)
        {
            call.Clock.EndAfter(left);
        }

        _hasBegun = true;
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        bytes.IsEmpty ? default : inner.Stream.WriteAsync(bytes, cancellationToken);
}
