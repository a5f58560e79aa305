namespace SnetGateway.Gateway.Alerts;

/// <summary>A number that only rises, and how far it rose lately.</summary>
/// <param name="window">How long is lately, within a tenth.</param>
/// <param name="time">The clock.</param>
internal sealed class WindowCount(TimeSpan window, TimeProvider time)
{
    private const int Parts = 10;

    private readonly Queue<(long At, long Total)> _earlier = new([(time.GetTimestamp(), 0)]);
    private long _total;
    private long _lastAt = time.GetTimestamp();

    public void Add(long number) => Interlocked.Add(ref _total, number);

    /// <summary>What was added within the window. One call at a time, each few seconds.</summary>
    public long Lately()
    {
        long now = time.GetTimestamp(), total = Volatile.Read(ref _total);
        if (time.GetElapsedTime(_lastAt, now) >= window / Parts)
        {
            _earlier.Enqueue((now, total));
            _lastAt = now;
        }

        while (_earlier.Count > 1 && time.GetElapsedTime(_earlier.ElementAt(1).At, now) >= window)
        {
            _earlier.Dequeue();
        }

        return total - _earlier.Peek().Total;
    }
}
