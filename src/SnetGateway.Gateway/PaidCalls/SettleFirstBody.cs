using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// The response body of a gRPC call: nothing passes before its payment is recorded. It gathers the first message (up to 64 KiB of it), has
/// the payment settled, and lets everything through from then on. It sees every frame, so a message above the limit ends the call.
/// </summary>
/// <remarks>
/// It is the call's one object: body, reset feature and the place where a failure waits until <see cref="CallCompletion"/> writes it. YARP writes
/// to it from one flow at a time; only <see cref="Fail"/> may come from elsewhere.
/// </remarks>
internal sealed class SettleFirstBody(
    HttpContext context,
    IHttpResponseBodyFeature inner,
    CallCompletion end,
    PaidRoute route,
    PaymentCompletion payment,
    CallClock clock,
    uint maxMessageBytes) : WriteOnceStream, IHttpResponseBodyFeature, IHttpResetFeature
{
    /// <summary>A first message longer than this is not gathered whole before it is charged: its header is known, and memory is not free.</summary>
    private const int MostGathered = 64 * 1024;

    private FrameTracker _frames = new(maxMessageBytes);
    private byte[]? _gathered;
    private int _gatheredBytes;
    private bool _anyMessage;
    private bool _passes = payment.IsSettled;
    private CallFailure? _failure;
    private PipeWriter? _writer;

    public HttpContext Context => context;

    public PaidRoute Route => route;

    public PaymentCompletion Payment => payment;

    public CallClock Clock => clock;

    /// <summary>Whether the service's answer is a gRPC answer at all; only then its body comes here.</summary>
    public bool IsGrpcResponse { get; set; }

    /// <summary>Whether the forwarder has copied the whole answer, trailers included.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether <see cref="CallCompletion"/> has had its say.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Whether the answer stopped inside a message.</summary>
    public bool IsInsideMessage => _frames.IsInsideFrame;

    /// <summary>What ends this call instead of the service's answer.</summary>
    public CallFailure? Failure => Volatile.Read(ref _failure);

    public Stream Stream => this;

    public PipeWriter Writer => _writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>Ends the call with this failure, unless it already has one.</summary>
    public void Fail(CallFailure failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // What needs no settle is an answer with its first byte. What the clock has ended goes no further.
        if (Failure is not null || (_passes && !clock.TryRespond()))
        {
            return ValueTask.FromException(new CallEndedException());
        }

        FrameEvent problem = Scan(buffer.Span, out int sound);
        return _passes && problem == FrameEvent.None
            ? inner.Stream.WriteAsync(buffer, cancellationToken)
            : WriteCheckedAsync(buffer[..sound], problem, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _passes ? inner.Stream.FlushAsync(cancellationToken) : Task.CompletedTask;

    public void DisableBuffering() => inner.DisableBuffering();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    /// <summary>Sends the service's headers ahead of its first message. They are no part of what is paid for.</summary>
    public Task SendHeadersAsync(CancellationToken cancellationToken) =>
        Failure is null ? inner.Stream.FlushAsync(CancellationToken.None).WaitAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>
    /// The forwarder has copied the answer whole. It says so before the middleware resumes, and would end the response here, so this is where
    /// an answer without a message is settled.
    /// </summary>
    public async Task CompleteAsync()
    {
        IsComplete = true;
        if (_writer is not null)
        {
            await _writer.CompleteAsync();
        }

        await end.EndAsync(this);
        await inner.CompleteAsync();
    }

    /// <summary>
    /// The forwarder wants the stream reset, because an answer that has begun cannot go on. A reset tells a client nothing, so it is not done:
    /// the call's end writes a status into the trailers.
    /// </summary>
    public void Reset(int errorCode)
    {
    }

    /// <summary>Gives the request its own features back, when the call is over: the clock will belong to another one.</summary>
    public void TakeOff()
    {
        context.Features.Set(inner);
        context.RequestAborted = clock.ClientToken;
    }

    /// <summary>Gives back what was gathered and never sent.</summary>
    public void DropGathered()
    {
        if (_gathered is { } gathered)
        {
            _gathered = null;
            _gatheredBytes = 0;
            ArrayPool<byte>.Shared.Return(gathered);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteCheckedAsync(ReadOnlyMemory<byte> sound, FrameEvent problem, CancellationToken cancellationToken)
    {
        if (!_passes)
        {
            if (problem == FrameEvent.None && !_anyMessage && _gatheredBytes + sound.Length < MostGathered)
            {
                Gather(sound.Span);
                return;
            }

            if (problem == FrameEvent.None || _anyMessage)
            {
                // A client that is known to have left gets nothing, so it pays nothing. And the service has answered: its time does not count the
                // write of the payment, which would be made and its message cut off.
                if (!clock.TryRespond())
                {
                    throw new CallEndedException();
                }

                // No cancellation from here: a client that leaves now must not make the outcome unknown.
                PaymentRefusal? refusal;
                if (!payment.TryBegin())
                {
                    refusal = payment.Outcome;
                }
                else
                {
                    try
                    {
                        refusal = payment.End(await payment.WriteAsync());
                    }
                    catch (Exception exception)
                    {
                        refusal = payment.End(exception);
                    }
                }

                if (refusal is not null)
                {
                    Fail(CallFailure.Refused(refusal));
                    throw new CallEndedException();
                }

                _passes = true;
                if (_gathered is not null)
                {
                    await WriteFirstAsync(_gathered.AsMemory(0, _gatheredBytes), cancellationToken);
                    DropGathered();
                }
            }
        }

        if (_passes && !sound.IsEmpty)
        {
            await WriteFirstAsync(sound, cancellationToken);
        }

        if (problem != FrameEvent.None)
        {
            Fail(CallFailures.OfResponseFrame(problem, _frames.Length, maxMessageBytes));
            throw new CallEndedException();
        }
    }

    /// <summary>
    /// Sends what was just paid for. Only the wait can be cancelled: the server resets a stream when one of its writes is, and a call whose
    /// deadline passes in this moment would end without its status. The server has copied the bytes before it lets anybody wait.
    /// </summary>
    private ValueTask WriteFirstAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ValueTask write = inner.Stream.WriteAsync(bytes, CancellationToken.None);
        return write.IsCompletedSuccessfully ? write : new ValueTask(write.AsTask().WaitAsync(cancellationToken));
    }

    /// <summary>Follows the frames of a chunk.</summary>
    /// <param name="chunk">What the service sent.</param>
    /// <param name="sound">How many of its bytes may go out: all of them, or those before the frame that is the problem.</param>
    private FrameEvent Scan(ReadOnlySpan<byte> chunk, out int sound)
    {
        sound = 0;
        int at = 0;
        while (true)
        {
            FrameEvent step = _frames.Advance(chunk[at..], out int consumed);
            at += consumed;
            switch (step)
            {
                case FrameEvent.None:
                    sound = chunk.Length;
                    return step;
                case FrameEvent.MessageComplete:
                    _anyMessage = true;
                    sound = at;
                    break;
                case FrameEvent.InvalidFlag or FrameEvent.TooLong:
                    return step;
            }
        }
    }

    private void Gather(ReadOnlySpan<byte> chunk)
    {
        _gathered ??= ArrayPool<byte>.Shared.Rent(MostGathered);
        chunk.CopyTo(_gathered.AsSpan(_gatheredBytes));
        _gatheredBytes += chunk.Length;
    }
}
