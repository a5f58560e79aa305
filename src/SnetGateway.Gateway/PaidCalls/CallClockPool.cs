using System.Collections.Concurrent;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Clocks between two calls. Keeps as many as a busy gateway has calls at once, and no more.</summary>
internal sealed class CallClockPool(TimeProvider time)
{
    private const int Most = 4096;

    private readonly ConcurrentQueue<CallClock> _clocks = new();
    private int _count;

    public CallClock Rent()
    {
        if (_clocks.TryDequeue(out CallClock? clock))
        {
            Interlocked.Decrement(ref _count);
            return clock;
        }

        // A timer keeps the context of its maker for ever; that of a call must end with the call.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            return new CallClock(time);
        }
    }

    public void Return(CallClock clock)
    {
        if (!clock.TryStop())
        {
            return;
        }

        if (Interlocked.Increment(ref _count) <= Most)
        {
            _clocks.Enqueue(clock);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
