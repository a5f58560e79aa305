using SnetGateway.Payments.Chain;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Limits requests for channels per second (rule 10). Two halves: one for all callers, one for payments signed by a party of the channel,
/// so that a flood of unauthenticated callers never keeps a paying client waiting. Each half saves up at most one second's worth.
/// </summary>
internal sealed class ReadBudget(int readsPerSecond, TimeProvider time)
{
    /// <summary>A caller that would have to wait longer is refused immediately.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Half _shared = new(readsPerSecond / 2.0, time.GetTimestamp());
    private readonly Half _knownParties = new(readsPerSecond / 2.0, time.GetTimestamp());

    /// <summary>Takes one request, after a wait of at most <see cref="MaxWait"/>. False when it must not be made.</summary>
    public ValueTask<bool> TakeAsync(ReadPriority priority, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Half half = _shared;
            TimeSpan wait = half.Wait(time);
            if (priority == ReadPriority.KnownParty && _knownParties.Wait(time) <= wait)
            {
                half = _knownParties;
                wait = half.Wait(time);
            }

            if (wait == TimeSpan.Zero)
            {
                half.Take();
                return ValueTask.FromResult(true);
            }

            if (wait > MaxWait)
            {
                return ValueTask.FromResult(false);
            }

            half.Take();
            return WaitAsync(half, wait, cancellationToken);
        }
    }

    /// <summary>Returns a request that was not needed.</summary>
    public void Return(ReadPriority priority)
    {
        lock (_lock)
        {
            HalfOf(priority).Return();
        }
    }

    /// <summary>Counts requests that were made without asking before. Those that follow wait the longer.</summary>
    public void Charge(ReadPriority priority)
    {
        lock (_lock)
        {
            HalfOf(priority).Take();
        }
    }

    /// <summary>
    /// Takes one request for background work, if at least half of the known parties' share is left: waiting clients have priority.
    /// </summary>
    public bool TryTakeSpare()
    {
        lock (_lock)
        {
            return _knownParties.TryTakeSpare(time);
        }
    }

    private Half HalfOf(ReadPriority priority) => priority == ReadPriority.KnownParty ? _knownParties : _shared;

    private async ValueTask<bool> WaitAsync(Half half, TimeSpan wait, CancellationToken cancellationToken)
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
            if (!waited)
            {
                lock (_lock)
                {
                    half.Return();
                }
            }
        }
    }

    /// <summary>A token bucket that may go below zero: each waiting caller has taken its token in advance.</summary>
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

        public void Return() => _tokens++;

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
