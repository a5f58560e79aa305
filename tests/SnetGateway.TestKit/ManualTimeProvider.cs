namespace SnetGateway.TestKit;

/// <summary>
/// A clock that stands until a test moves it. Timers fire on the thread that moves it, in the order of their due times, so that a test sees
/// the same thing at every run.
/// </summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = start;
    private TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>When set, whoever waits for the clock moves it there at once: waits end immediately and still count as time.</summary>
    public bool JumpsToTimers { get; set; }

    /// <summary>How far the time of day was set off by somebody since: timers and timestamps know nothing of it.</summary>
    public TimeSpan SetBy { get; set; }

    /// <summary>Timers that wait for the clock now.</summary>
    public int Armed
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    private DateTimeOffset Now
    {
        get
        {
            lock (_lock)
            {
                return _now;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now + SetBy;

    public override long GetTimestamp() => Now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        DateTimeOffset until = Now + by;
        while (TakeDue(until) is { } timer)
        {
            timer.Fire();
        }

        lock (_lock)
        {
            _now = _now > until ? _now : until;
        }
    }

    /// <summary>Ends when at least <paramref name="count"/> timers wait for the clock: the sync point before a test moves it.</summary>
    public async Task WhenArmedAsync(int count = 1)
    {
        while (true)
        {
            Task armed;
            lock (_lock)
            {
                if (_timers.Count >= count)
                {
                    return;
                }

                armed = _armed.Task;
            }

            await armed.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }

    private Timer? TakeDue(DateTimeOffset until)
    {
        lock (_lock)
        {
            Timer? first = null;
            foreach (Timer timer in _timers)
            {
                if (timer.Due <= until && (first is null || timer.Due < first.Due))
                {
                    first = timer;
                }
            }

            if (first is not null)
            {
                _timers.Remove(first);
                _now = first.Due > _now ? first.Due : _now;
            }

            return first;
        }
    }

    private void Arm(Timer timer, TimeSpan dueTime)
    {
        TaskCompletionSource armed;
        lock (_lock)
        {
            _timers.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            timer.Due = _now + dueTime;
            _timers.Add(timer);
            armed = _armed;
            _armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        armed.SetResult();
        if (JumpsToTimers)
        {
            Advance(dueTime);
        }
    }

    private void Disarm(Timer timer)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
        }
    }

    private sealed class Timer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public DateTimeOffset Due { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            owner.Arm(this, dueTime);
            return true;
        }

        public void Fire()
        {
            callback(state);
            if (_period > TimeSpan.Zero)
            {
                owner.Arm(this, _period);
            }
        }

        public void Dispose()
        {
            _period = Timeout.InfiniteTimeSpan;
            owner.Disarm(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
