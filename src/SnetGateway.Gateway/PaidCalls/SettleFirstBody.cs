using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// The response body of a gRPC call: no byte passes before the payment is durable (rule 1). It gathers the first message (up to 64 KiB of
/// it), has the payment settled, and forwards everything from then on. It follows every frame, so a message above the limit ends the call.
/// </summary>
/// <remarks>YARP writes to it from one flow at a time.</remarks>
internal sealed class SettleFirstBody(ForwardedCall call, IHttpResponseBodyFeature inner, CallCompletion completion, uint maxMessageBytes)
    : WriteOnceStream, IHttpResponseBodyFeature, IHttpResetFeature
{
    /// <summary>A longer first message is charged before it is gathered whole: its header is known, and memory is bounded.</summary>
    private const int MaxGatheredBytes = 64 * 1024;

    private FrameTracker _frames = new(maxMessageBytes);
    private byte[]? _gathered;
    private int _gatheredBytes;
    private bool _anyMessage;
    private bool _passes = call.MayRespond;
    private PipeWriter? _writer;

    public ForwardedCall Call => call;

    public Stream Stream => this;

    public PipeWriter Writer => _writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Without a payment the first byte is the response. A call that its clock has ended gets no further byte.
        if (call.Failure is not null || (_passes && !call.Clock.TryRespond()))
        {
            return ValueTask.FromException(new CallEndedException());
        }

        FrameEvent problem = Scan(buffer.Span, out int valid);
        return _passes && problem == FrameEvent.None
            ? inner.Stream.WriteAsync(buffer, cancellationToken)
            : WriteCheckedAsync(buffer[..valid], problem, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _passes ? inner.Stream.FlushAsync(cancellationToken) : Task.CompletedTask;

    public void DisableBuffering() => inner.DisableBuffering();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    /// <summary>Sends the service's headers ahead of its first message. They are not charged.</summary>
    public Task SendHeadersAsync(CancellationToken cancellationToken) =>
        call.Failure is null ? inner.Stream.FlushAsync(CancellationToken.None).WaitAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>
    /// The forwarder has copied the whole response. It calls this before the middleware resumes, and would end the response here, so this
    /// is where a response without a message is settled.
    /// </summary>
    public async Task CompleteAsync()
    {
        call.IsComplete = true;
        if (_writer is not null)
        {
            await _writer.CompleteAsync();
        }

        await completion.EndAsync(call);
        call.Limits?.End(call.FinallyCharged); // before the client knows: it may begin its next call immediately
        await inner.CompleteAsync();
    }

    /// <summary>
    /// The forwarder wants the stream reset, because a response that has begun cannot continue. A reset carries no status, so it is not
    /// done: the end of the call writes a status into the trailers.
    /// </summary>
    public void Reset(int errorCode)
    {
    }

    /// <summary>
    /// At the end of the call: gives the request its own features back, because the clock goes to another call, and frees unsent bytes.
    /// </summary>
    public void Detach()
    {
        call.Context.Features.Set(inner);
        call.Context.RequestAborted = call.Clock.ClientToken;
        ReturnGathered();
    }

    private async ValueTask WriteCheckedAsync(ReadOnlyMemory<byte> valid, FrameEvent problem, CancellationToken cancellationToken)
    {
        if (!_passes)
        {
            if (problem == FrameEvent.None && !_anyMessage && _gatheredBytes + valid.Length < MaxGatheredBytes)
            {
                Gather(valid.Span);
                return;
            }

            if (problem == FrameEvent.None || _anyMessage)
            {
                // A client that is known to have disconnected gets nothing, so it pays nothing. And the service has responded: the time for
                // it does not include the write of the payment, which would be made and its message cut off.
                if (!call.Clock.TryRespond())
                {
                    throw new CallEndedException();
                }

                if (await call.Reservation!.SettleAsync() is { } refusal)
                {
                    throw call.FailAndStop(CallFailure.Refused(refusal));
                }

                _passes = true;
                if (_gathered is not null)
                {
                    await WriteFirstAsync(_gathered.AsMemory(0, _gatheredBytes), cancellationToken);
                    ReturnGathered();
                }
            }
        }

        if (_passes && !valid.IsEmpty)
        {
            await WriteFirstAsync(valid, cancellationToken);
        }

        if (problem != FrameEvent.None)
        {
            throw call.FailAndStop(CallFailures.OfResponseFrame(problem, _frames.Length, maxMessageBytes));
        }
    }

    /// <summary>
    /// Sends what was just paid for. Only the wait can be cancelled: the server resets a stream when one of its writes is, and a call whose
    /// deadline passes in this moment would end without its status. The server copies the bytes before a write can wait.
    /// </summary>
    private ValueTask WriteFirstAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ValueTask write = inner.Stream.WriteAsync(bytes, CancellationToken.None);
        return write.IsCompletedSuccessfully ? write : new ValueTask(write.AsTask().WaitAsync(cancellationToken));
    }

    /// <summary>Follows the frames of a chunk.</summary>
    /// <param name="chunk">What the service sent.</param>
    /// <param name="valid">How many of its bytes may be sent: all of them, or those before the frame that is the problem.</param>
    private FrameEvent Scan(ReadOnlySpan<byte> chunk, out int valid)
    {
        valid = 0;
        int at = 0;
        while (true)
        {
            FrameEvent step = _frames.Advance(chunk[at..], out int consumed);
            at += consumed;
            switch (step)
            {
                case FrameEvent.None:
                    valid = chunk.Length;
                    call.IsInsideMessage = _frames.IsInsideFrame;
                    return step;
                case FrameEvent.MessageComplete:
                    _anyMessage = true;
                    valid = at;
                    break;
                case FrameEvent.InvalidFlag or FrameEvent.TooLong:
                    return step;
            }
        }
    }

    private void Gather(ReadOnlySpan<byte> chunk)
    {
        _gathered ??= ArrayPool<byte>.Shared.Rent(MaxGatheredBytes);
        chunk.CopyTo(_gathered.AsSpan(_gatheredBytes));
        _gatheredBytes += chunk.Length;
    }

    private void ReturnGathered()
    {
        if (_gathered is { } gathered)
        {
            _gathered = null;
            _gatheredBytes = 0;
            ArrayPool<byte>.Shared.Return(gathered);
        }
    }
}
