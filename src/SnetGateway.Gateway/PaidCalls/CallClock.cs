using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using SnetGateway.Payments.Settlement;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// When a call must end: the client disconnects, its deadline passes, the service does not respond in time, or more time is not paid. The
/// first of them cancels <see cref="Token"/>. Rented for one call from a <see cref="CallClockPool"/>.
/// </summary>
/// <remarks>
/// Setting and stopping a timer for each call costs more than the rest of this type. So the timer of a returned clock runs on: when it
/// fires, it checks whether the present call is due, and otherwise waits for the rest.
/// </remarks>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "A source without a timer or a parent holds nothing, and disposing it would race with its last cancellation.")]
internal sealed class CallClock
{
    private const long Never = long.MaxValue;
    private const double DeadlineMarginPart = 0.05;
    private static readonly TimeSpan s_deadlineMargin = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _source = new();
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private CancellationTokenRegistration _client;
    private long _serviceDue = Never;
    private long _clientDue = Never;
    private TimeSpan _clientTimeout;
    private long _paidDue = Never;
    private long _timerDue = Never;
    private bool _inUse;
    private ClockEnd _end;

    public CallClock(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((CallClock)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>When the call came, as a timestamp of the clock.</summary>
    public long StartedAt { get; private set; }

    /// <summary>The route of the call, for the operator; null while it serves none.</summary>
    public PaidRoute? Route { get; set; }

    /// <summary>The path that is called.</summary>
    public string? Method { get; set; }

    /// <summary>The call's payment, once it is admitted.</summary>
    public Reservation? Reservation { get; set; }

    /// <summary>Cancelled when the call must end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Cancelled when the client disconnects.</summary>
    public CancellationToken ClientToken { get; private set; }

    /// <summary>What ended the call, if anything did.</summary>
    public ClockEnd End
    {
        get
        {
            lock (_gate)
            {
                return _end;
            }
        }
    }

    /// <summary>What remains of the client's deadline, or null when it sent none.</summary>
    public TimeSpan? ClientRemaining
    {
        get
        {
            long due = _clientDue;
            return due == Never ? null : _time.GetElapsedTime(_time.GetTimestamp(), due);
        }
    }

    /// <summary>
    /// Whether the client's deadline has passed or is about to. A service gets that deadline too and enforces it by its own clock, mostly
    /// before this one fires.
    /// </summary>
    public bool IsClientDeadlineNear =>
        ClientRemaining is { } remaining && remaining <= s_deadlineMargin + (_clientTimeout * DeadlineMarginPart);

    private long NextDue => Math.Min(Math.Min(_serviceDue, _clientDue), _paidDue);

    /// <summary>Starts the clock of a call.</summary>
    /// <param name="serviceTimeout">Time to the service's first byte; zero is unlimited.</param>
    /// <param name="clientTimeout">The client's deadline, if it sent one.</param>
    /// <param name="client">Cancelled when the client disconnects.</param>
    public void Start(TimeSpan serviceTimeout, TimeSpan? clientTimeout, CancellationToken client)
    {
        lock (_gate)
        {
            _inUse = true;
            _end = ClockEnd.None;
            long now = _time.GetTimestamp();
            StartedAt = now;
            _serviceDue = serviceTimeout > TimeSpan.Zero ? After(now, serviceTimeout) : Never;
            _clientTimeout = clientTimeout ?? TimeSpan.Zero;
            _clientDue = clientTimeout is { } timeout ? After(now, timeout) : Never;
            SetTimer(now);
        }

        ClientToken = client;
        _client = client.UnsafeRegister(static state => ((CallClock)state!).EndForClient(), this);
    }

    /// <summary>
    /// The service has responded: from here on only the client's own deadline counts. False when the call has ended before; then the
    /// response comes too late. Exactly one of the two is true.
    /// </summary>
    public bool TryRespond()
    {
        lock (_gate)
        {
            _serviceDue = Never;
            return _end == ClockEnd.None;
        }
    }

    /// <summary>Ends the call after this time from now with <see cref="ClockEnd.CeilingReached"/>: more is not paid.</summary>
    public void EndAfter(TimeSpan paid)
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            _paidDue = After(now, paid);
            SetTimer(now);
        }
    }

    /// <summary>Ends the use of this clock by a call. False when it has fired and cannot serve another one.</summary>
    public bool TryStop()
    {
        // Waits for a callback that runs on another thread, so that a disconnected client never ends the next call.
        _client.Dispose();
        _client = default;
        (Route, Method, Reservation) = (null, null, null);
        lock (_gate)
        {
            _inUse = false;
            _serviceDue = Never;
            _clientDue = Never;
            _paidDue = Never;
            if (_end == ClockEnd.None && _source.TryReset())
            {
                return true;
            }
        }

        _timer.Dispose();
        return false;
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerDue = Never;
            if (!_inUse || _end != ClockEnd.None)
            {
                return;
            }

            long now = _time.GetTimestamp();
            if (NextDue > now)
            {
                SetTimer(now);
                return;
            }

            // Under the lock that found it due: a response after it would count as in time and be cut off.
            _end = _clientDue <= now ? ClockEnd.DeadlinePassed
                : _serviceDue <= now ? ClockEnd.ServiceTimedOut
                : ClockEnd.CeilingReached;
        }

        Cancel();
    }

    private void EndForClient()
    {
        lock (_gate)
        {
            if (!_inUse || _end != ClockEnd.None)
            {
                return;
            }

            _end = ClockEnd.ClientDisconnected;
        }

        Cancel();
    }

    /// <summary>
    /// Outside the lock: continuations of the token may run here. A clock that has an end is never used again, so this cannot hit another
    /// call.
    /// </summary>
    private void Cancel() => _source.Cancel();

    private void SetTimer(long now)
    {
        long due = NextDue;
        if (due < _timerDue)
        {
            _timerDue = due;
            TimeSpan wait = due <= now ? TimeSpan.Zero : _time.GetElapsedTime(now, due);
            // A timer counts whole milliseconds and cuts: one more, so that it does not fire just before the time.
            _timer.Change(wait + TimeSpan.FromMilliseconds(wait > TimeSpan.Zero ? 1 : 0), Timeout.InfiniteTimeSpan);
        }
    }

    private long After(long now, TimeSpan wait)
    {
        double ticks = wait.TotalSeconds * _time.TimestampFrequency;
        // About 49 days is the longest wait of a timer, and longer than any call.
        double longest = TimeSpan.FromDays(40).TotalSeconds * _time.TimestampFrequency;
        return now + (long)Math.Min(ticks, longest);
    }
}

/// <summary>What ended a call before its response did.</summary>
internal enum ClockEnd
{
    None,
    ClientDisconnected,
    DeadlinePassed,
    ServiceTimedOut,
    CeilingReached,
}

/// <summary>Clocks that no call uses. Keeps as many as a busy gateway has concurrent calls, and no more.</summary>
internal sealed class CallClockPool(TimeProvider time)
{
    private const int MaxIdle = 4096;

    private readonly ConcurrentQueue<CallClock> _clocks = new();
    private readonly ConcurrentDictionary<CallClock, byte> _all = new();
    private int _count;

    /// <summary>All clocks that may serve a call, whether they do now or not.</summary>
    public IEnumerable<CallClock> All => _all.Select(pair => pair.Key);

    public CallClock Rent()
    {
        if (_clocks.TryDequeue(out CallClock? idle))
        {
            Interlocked.Decrement(ref _count);
            return idle;
        }

        // A timer keeps the execution context of its creator; that of a call must end with the call.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            var clock = new CallClock(time);
            _all[clock] = 0;
            return clock;
        }
    }

    public void Return(CallClock clock)
    {
        if (!clock.TryStop())
        {
            _all.TryRemove(clock, out _);
        }
        else if (Interlocked.Increment(ref _count) <= MaxIdle)
        {
            _clocks.Enqueue(clock);
        }
        else
        {
            Interlocked.Decrement(ref _count);
            _all.TryRemove(clock, out _);
        }
    }
}
