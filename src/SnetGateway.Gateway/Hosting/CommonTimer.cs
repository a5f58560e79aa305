namespace SnetGateway.Gateway.Hosting;

/// <summary>
/// Periodic timers that fire at the same moments, by one timer of the platform. Each separate moment wakes up to three
/// threads, which was most of what an idle gateway did.
/// </summary>
internal sealed class CommonTimer : IDisposable
{
    /// <summary>A timer may fire a little before its time.</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly List<Member> _members = [];
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _timer;
    private TimeSpan _set = TimeSpan.MaxValue;

    public CommonTimer(TimeProvider time)
    {
        (_time, _start) = (time, time.GetTimestamp());
        _timer = time.CreateTimer(
            static common => ((CommonTimer)common!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>
    /// A timer that fires at the multiples of its period since this object was created. One whose users may block, by reading a file for
    /// example, has a thread of the pool for itself, because the others fire one after the other.
    /// </summary>
    public PeriodicTimer Every(TimeSpan period, bool mayBlock = false) => new(period, new Clock(this, mayBlock));

    /// <summary>Ends all of its timers' ticks.</summary>
    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        Member[] due;
        lock (_gate)
        {
            _set = TimeSpan.MaxValue;
            TimeSpan now = Now + s_tolerance;
            due = [.. _members.Where(member => member.Due <= now)];
            foreach (Member member in due)
            {
                member.Due = NextOf(member.Period);
            }

            Schedule();
        }

        foreach (Member member in due)
        {
            member.Fire();
        }
    }

    /// <summary>The multiple of a period that is nearest to a period from now.</summary>
    private TimeSpan NextOf(TimeSpan period) => Math.Round(Now / period + 1) * period;

    /// <summary>A change of the platform's timer wakes its thread, so there is none without need.</summary>
    private void Schedule()
    {
        TimeSpan next = _members.Select(member => member.Due).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        if (next != _set)
        {
            TimeSpan left = next == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : next - Now;
            _timer.Change(left > TimeSpan.Zero || next == TimeSpan.MaxValue ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            _set = next;
        }
    }

    private void Add(Member member, TimeSpan period)
    {
        lock (_gate)
        {
            _members.Add(member);
            Set(member, period);
        }
    }

    /// <summary>False for one that was disposed.</summary>
    private bool Set(Member member, TimeSpan period)
    {
        lock (_gate)
        {
            if (!_members.Contains(member))
            {
                return false;
            }

            (member.Period, member.Due) = (period, NextOf(period));
            Schedule();
            return true;
        }
    }

    private void Remove(Member member)
    {
        lock (_gate)
        {
            _members.Remove(member);
        }
    }

    /// <summary>What a <see cref="PeriodicTimer"/> asks for its timer, with the period as the time until it is due.</summary>
    private sealed class Clock(CommonTimer common, bool mayBlock) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var member = new Member(common, callback, state, mayBlock);
            common.Add(member, period);
            return member;
        }
    }

    private sealed class Member(CommonTimer common, TimerCallback callback, object? state, bool mayBlock) : ITimer, IThreadPoolWorkItem
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; set; }

        public void Fire()
        {
            if (mayBlock)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
            else
            {
                callback(state);
            }
        }

        public void Execute() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => common.Set(this, period);

        public void Dispose() => common.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
