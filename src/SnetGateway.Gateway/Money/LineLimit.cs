namespace SnetGateway.Gateway.Money;

/// <summary>At most one line every ten seconds of a kind that a client could cause at will, with the number of those left out.</summary>
internal sealed class LineLimit(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private long _next;
    private long _suppressed;

    public bool TryTake(out long suppressed)
    {
        long now = time.GetUtcNow().UtcTicks;
        long next = Volatile.Read(ref _next);
        if (now < next || Interlocked.CompareExchange(ref _next, now + Interval.Ticks, next) != next)
        {
            Interlocked.Increment(ref _suppressed);
            suppressed = 0;
            return false;
        }

        suppressed = Interlocked.Exchange(ref _suppressed, 0);
        return true;
    }
}
