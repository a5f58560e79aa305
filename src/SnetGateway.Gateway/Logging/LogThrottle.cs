namespace SnetGateway.Gateway.Logging;

/// <summary>At most one log event in ten seconds, for events that clients could cause at will; counts those that were left out.</summary>
internal sealed class LogThrottle(TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);
    private readonly long _interval = (long)(s_interval.TotalSeconds * time.TimestampFrequency);
    private long _next = time.GetTimestamp();
    private long _suppressed;

    public bool TryTake(out long suppressed)
    {
        long now = time.GetTimestamp(); // not the time of day, which may be changed
        long next = Volatile.Read(ref _next);
        if (now < next || Interlocked.CompareExchange(ref _next, now + _interval, next) != next)
        {
            Interlocked.Increment(ref _suppressed);
            suppressed = 0;
            return false;
        }

        suppressed = Interlocked.Exchange(ref _suppressed, 0);
        return true;
    }
}
