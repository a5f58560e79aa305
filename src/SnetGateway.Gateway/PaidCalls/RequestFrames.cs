using System.Runtime.CompilerServices;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>The request body of a gRPC call: follows every frame, and ends the call on one that is invalid or above the limit.</summary>
internal sealed class RequestFrames(Stream inner, ForwardedCall call, uint maxMessageBytes) : ReadOnceStream
{
    private FrameTracker _frames = new(maxMessageBytes);

    /// <summary>Whether the proxy has begun to read it.</summary>
    public bool WasRead { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        WasRead = true;
        ValueTask<int> read = inner.ReadAsync(buffer, cancellationToken);

        // A read into an empty buffer only waits for bytes; its 0 is not the end.
        return buffer.IsEmpty ? read
            : read.IsCompletedSuccessfully ? new ValueTask<int>(Checked(buffer.Span, read.Result))
            : AwaitAsync(read, buffer);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitAsync(ValueTask<int> read, Memory<byte> buffer)
    {
        int count;
        try
        {
            count = await read;
        }
        catch (BadHttpRequestException broken) when (broken.StatusCode == StatusCodes.Status400BadRequest)
        {
            throw call.FailAndStop(CallFailures.BrokenRequest);
        }

        return Checked(buffer.Span, count);
    }

    private int Checked(ReadOnlySpan<byte> buffer, int count)
    {
        if (count == 0)
        {
            return _frames.IsInsideFrame ? throw call.FailAndStop(CallFailures.HalfRequest) : 0;
        }

        FrameEvent problem = _frames.Skip(buffer[..count]);
        return problem == FrameEvent.None
            ? count
            : throw call.FailAndStop(CallFailures.OfRequestFrame(problem, _frames.Length, maxMessageBytes));
    }
}
