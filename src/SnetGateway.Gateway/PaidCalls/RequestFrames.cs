using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>The request body of a gRPC call: follows every frame, and ends the call on one that is invalid or above the limit.</summary>
internal sealed class RequestFrames(Stream inner, ForwardedCall call, uint maxMessageBytes) : ReadOnceStream
{
    private FrameTracker _frames = new(maxMessageBytes);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (call.RequestProgress == RequestProgress.NotRead)
        {
            call.RequestProgress = RequestProgress.Incomplete;
        }

        ValueTask<int> read = inner.ReadAsync(buffer, cancellationToken);

        // A read into an empty buffer only waits for bytes; its 0 is not the end.
        return buffer.IsEmpty ? read
            : read.IsCompletedSuccessfully ? new ValueTask<int>(Checked(buffer.Span, read.Result))
            : AwaitAsync(read, buffer);
    }

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
            call.RequestProgress = RequestProgress.Complete;
            return _frames.IsInsideFrame ? throw call.FailAndStop(CallFailures.HalfRequest) : 0;
        }

        FrameEvent problem = _frames.Skip(buffer[..count]);
        call.RequestProgress = _frames.IsInsideFrame ? RequestProgress.Incomplete : RequestProgress.Complete;
        return problem == FrameEvent.None
            ? count
            : throw call.FailAndStop(CallFailures.OfRequestFrame(problem, _frames.Length, maxMessageBytes));
    }
}
