using Microsoft.Extensions.Time.Testing;

namespace SnetGateway.TestKit;

/// <summary>
/// A <see cref="FakeTimeProvider"/> for tests that must know which timers wait for it. By itself it does not report waiting timers, moves
/// timestamps together with the time of day (<see cref="FakeTimeProvider.AdjustTime"/> too), and cannot end a wait that begins later.
/// </summary>
public sealed class TestTimeProvider() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    private readonly Lock _lock = new();
    private readonly HashSet<Timer> _armed = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>If true, a new timer moves the clock to its due time: waits end immediately and still count as time.</summary>
    public bool JumpsToTimers { get; set; }

    /// <summary>How far the time of day has been set forward or back. Timers and timestamps do not change with it.</summary>
    public TimeSpan SetBy { get; set; }

    /// <summary>Timers that wait for the clock now.</summary>
    public int Armed
    {
        get
        {
            lock (_lock)
            {
                return _armed.Count;
            }
        }
    }

    /// <summary>
    /// Moves to the first timer if it fires within <paramref name="most"/>. A loop of such steps passes exactly the pauses of the code
    /// under test, however long the machine takes.
    /// </summary>
    public void AdvanceToTimer(TimeSpan most)
    {
        TimeSpan due;
        lock (_lock)
        {
            due = _armed.Count == 0 ? TimeSpan.MaxValue : TimeSpan.FromTicks(_armed.Min(timer => timer.Due) - GetTimestamp());
        }

        if (due <= most)
        {
            Advance(due > TimeSpan.Zero ? due : TimeSpan.Zero);
        }
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + SetBy;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Inner = base.CreateTimer(_ => timer.Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Ends when at least <paramref name="count"/> timers wait for the clock: the sync point before a test moves it.</summary>
    public async Task WhenArmedAsync(int count = 1)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_armed.Count >= count)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }

    private sealed class Timer(TestTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private bool _isWaiting;
        private bool _repeats;

        public ITimer Inner { get; set; } = null!;

        /// <summary>When it fires, as a timestamp.</summary>
        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool waits = dueTime != Timeout.InfiniteTimeSpan;
            lock (owner._lock)
            {
                owner._armed.Remove(this);
                Due = owner.GetTimestamp() + dueTime.Ticks;
                _isWaiting = waits;
                _repeats = period > TimeSpan.Zero;
            }

            bool isChanged = Inner.Change(dueTime, period);
            lock (owner._lock)
            {
                // Counted only now that the clock knows of it, and not at all if it has fired already.
                if (isChanged && _isWaiting && owner._armed.Add(this))
                {
                    owner._changed.SetResult();
                    owner._changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }

            if (waits && owner.JumpsToTimers)
            {
                owner.Advance(dueTime);
            }

            return isChanged;
        }

        public void Fire()
        {
            lock (owner._lock)
            {
                if (!_repeats)
                {
                    Disarm();
                }
            }

            callback(state);
        }

        public void Dispose()
        {
            lock (owner._lock)
            {
                Disarm();
            }

            Inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Disarm()
        {
            _isWaiting = false;
            owner._armed.Remove(this);
        }
    }
}
