namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// How often the chain is followed. While calls need it: at <see cref="ChainOptions.PollInterval"/>. After a minute without one it is
/// followed rarely, because nodes are paid by the request, and the next call waits for a round that begins when it comes: no call is
/// checked against an older block than while calls flow.
/// </summary>
internal sealed class FollowPace(ChainOptions options, TimeProvider time)
{
    /// <summary>Time without a call after which the gateway is idle.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(1);

    /// <summary>If the node does not respond by then, a call is checked from memory, within the staleness bound.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_longestRest = TimeSpan.FromSeconds(15);

    private long _usedAt = time.GetTimestamp();
    private volatile Resting? _resting;

    /// <summary>
    /// The time between two rounds of an idle gateway. Well below the staleness bound, or it would not be ready shortly before a round.
    /// </summary>
    public TimeSpan Rest { get; } = Longer(options.PollInterval, Shorter(s_longestRest, options.StalenessBound / 4));

    /// <summary>
    /// The time between two saves of an idle gateway's cursor, each of which is synced to disk. A start from an older cursor follows some
    /// more blocks, and without a chain it serves by as much less of the staleness bound.
    /// </summary>
    public TimeSpan SaveInterval { get; } = Longer(TimeSpan.FromSeconds(1), Shorter(TimeSpan.FromMinutes(5), options.StalenessBound / 4));

    public bool IsIdle => time.GetElapsedTime(Volatile.Read(ref _usedAt)) >= IdleAfter;

    /// <summary>
    /// A call needs the chain. Completed while calls flow; otherwise when the next round has ended, or after <see cref="LongestWait"/>.
    /// </summary>
    public ValueTask UseAsync(CancellationToken cancellationToken)
    {
        long now = time.GetTimestamp();
        if (time.GetElapsedTime(Volatile.Read(ref _usedAt), now) > options.PollInterval)
        {
            Volatile.Write(ref _usedAt, now); // seldom: all calls share it
        }

        return _resting is { } resting ? WaitAsync(resting, cancellationToken) : default;
    }

    /// <summary>The pause before the next round. True if it was a rest.</summary>
    /// <param name="pause">The pause while calls flow.</param>
    /// <param name="mayRest">False after a round that failed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<bool> PauseAsync(TimeSpan pause, bool mayRest, CancellationToken cancellationToken)
    {
        if (!mayRest || !IsIdle)
        {
            await Task.Delay(pause, time, cancellationToken);
            return false;
        }

        var resting = new Resting();
        _resting = resting;
        try
        {
            await resting.Woken.Task.WaitAsync(Rest, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // No call came.
        }

        return true;
    }

    /// <summary>Lets the calls go on that waited for it.</summary>
    public void RoundEnded()
    {
        Resting? resting = _resting;
        _resting = null;
        resting?.Followed.TrySetResult();
    }

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private async ValueTask WaitAsync(Resting resting, CancellationToken cancellationToken)
    {
        resting.Woken.TrySetResult();
        try
        {
            await resting.Followed.Task.WaitAsync(LongestWait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The staleness bound decides, for the calls after this one too.
            Interlocked.CompareExchange(ref _resting, null, resting);
        }
    }

    private sealed class Resting
    {
        public TaskCompletionSource Woken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Followed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
