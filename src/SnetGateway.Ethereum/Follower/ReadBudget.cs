using SnetGateway.Payments.Chain;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// How many channels may be read in a second, whoever asks (design, rule 10). Two halves: one for everybody, one for those whose signature is by
/// a party of the channel, so that a flood of strangers never keeps a paying client waiting. Each half saves up at most a second's worth.
/// </summary>
internal sealed class ReadBudget(int readsPerSecond, int maxWaiting, TimeProvider time)
{
    /// <summary>Whoever would wait longer is refused at once.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Half _everybody = new(readsPerSecond / 2.0, time.GetTimestamp());
    private readonly Half _honest = new(readsPerSecond / 2.0, time.GetTimestamp());
    private int _waiting;
    private int _waitingStrangers;

    /// <summary>Calls that wait for a read now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes one read, after a wait of at most <see cref="MaxWait"/>. False: no read may be made.</summary>
    public ValueTask<bool> TakeAsync(ReadPriority priority, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Half half = _everybody;
            TimeSpan wait = half.Wait(time);
            if (priority == ReadPriority.KnownParty && _honest.Wait(time) <= wait)
            {
                half = _honest;
                wait = half.Wait(time);
            }

            if (wait == TimeSpan.Zero)
            {
                half.Take();
                return ValueTask.FromResult(true);
            }

            bool isFull = _waiting >= maxWaiting || (priority == ReadPriority.Anonymous && _waitingStrangers >= maxWaiting / 2);
            if (wait > MaxWait || isFull)
            {
                return ValueTask.FromResult(false);
            }

            half.Take();
            _waiting++;
            _waitingStrangers += priority == ReadPriority.Anonymous ? 1 : 0;
            return WaitAsync(half, wait, priority, cancellationToken);
        }
    }

    /// <summary>Returns a read that was not needed, because another caller made it.</summary>
    public void GiveBack(ReadPriority priority)
    {
        lock (_lock)
        {
            (priority == ReadPriority.KnownParty ? _honest : _everybody).GiveBack();
        }
    }

    /// <summary>
    /// Takes one read for our own housekeeping, only while half of the kept half is left: a client who waits for an answer goes before.
    /// </summary>
    public bool TryTakeSpare()
    {
        lock (_lock)
        {
            return _honest.TryTakeSpare(time);
        }
    }

    private async ValueTask<bool> WaitAsync(Half half, TimeSpan wait, ReadPriority priority, CancellationToken cancellationToken)
    {
        bool waited = false;
        try
        {
            await Task.Delay(wait, time, cancellationToken);
            waited = true;
            return true;
        }
        finally
        {
            lock (_lock)
            {
                _waiting--;
                _waitingStrangers -= priority == ReadPriority.Anonymous ? 1 : 0;
                if (!waited)
                {
                    half.GiveBack();
                }
            }
        }
    }

    /// <summary>A token bucket that lends: below zero stand those who wait.</summary>
    private sealed class Half(double perSecond, long now)
    {
        private readonly double _capacity = Math.Max(1, perSecond);
        private double _tokens = Math.Max(1, perSecond);
        private long _filledAt = now;

        public TimeSpan Wait(TimeProvider time)
        {
            long at = time.GetTimestamp();
            _tokens = Math.Min(_capacity, _tokens + (time.GetElapsedTime(_filledAt, at).TotalSeconds * perSecond));
            _filledAt = at;
            return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / perSecond);
        }

        public void Take() => _tokens--;

        public void GiveBack() => _tokens++;

        public bool TryTakeSpare(TimeProvider time)
        {
            Wait(time);
            bool spare = _tokens >= Math.Max(1, _capacity / 2);
            if (spare)
            {
                _tokens--;
            }

            return spare;
        }
    }
}
