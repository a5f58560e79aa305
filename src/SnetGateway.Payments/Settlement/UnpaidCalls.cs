using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Settlement;

/// <summary>
/// Bounds work without payment (rule 6). A payer that ends many calls before their first byte has to pause, longer each time; one whose
/// calls fail at the service very often has to pause until the minute is over. Only payers with a channel or a free-call token of this
/// gateway are counted, and each is forgotten after a quiet minute.
/// </summary>
public sealed class UnpaidCalls(TimeProvider time, LivePaidCallOptions options)
{
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Address, Payer> _payers = new();
    private long _lastSweep = time.GetTimestamp();

    private PaidCallOptions Limits => options.Current;

    private long Frequency => time.TimestampFrequency;

    /// <summary>Payers with an unpaid call recently.</summary>
    internal int Payers => _payers.Count;

    /// <summary>True while the payer has to pause. Costs one read of a dictionary without locks for all other payers.</summary>
    internal bool IsPausing(Address payer) =>
        _payers.TryGetValue(payer, out Payer? known) && Volatile.Read(ref known.PausedUntil) > time.GetTimestamp();

    /// <summary>Counts one call that the payer ended, or let end, after the service was asked.</summary>
    internal void CountAbandoned(Address payer) => Count(payer, static (known, now, calls) =>
    {
        PaidCallOptions limits = calls.Limits;
        if (++known.Abandoned > limits.AbandonedCallsPerMinute)
        {
            double seconds = Math.Min(limits.MaxPause.TotalSeconds, Math.Pow(2, Math.Min(known.Pauses++, 30)));
            known.PauseUntil(now + (long)(seconds * calls.Frequency));
        }
    });

    /// <summary>
    /// Counts one call that the service was asked for and failed, or whose price it was asked for in vain. The pause does not grow: a payer
    /// is not punished for an outage.
    /// </summary>
    internal void CountFailed(Address payer) => Count(payer, static (known, _, calls) =>
    {
        if (++known.Failed > calls.Limits.FailedCallsPerMinute)
        {
            known.PauseUntil(known.WindowStart + (long)(s_window.TotalSeconds * calls.Frequency));
        }
    });

    private void Count(Address payer, Action<Payer, long, UnpaidCalls> count)
    {
        // Timestamps and not the time of day, which may be set: a pause of a second would last until it has caught up.
        long now = time.GetTimestamp();
        RemoveQuietPayers(now);
        Payer known = _payers.GetOrAdd(payer, static (_, start) => new Payer(start), now);
        lock (known)
        {
            if (IsOver(known.WindowStart, now))
            {
                // After a whole quiet window since the last pause, the pauses begin at the shortest again.
                if (IsOver(known.PausedUntil, now))
                {
                    known.Pauses = 0;
                }

                known.WindowStart = now;
                known.Abandoned = 0;
                known.Failed = 0;
            }

            count(known, now, this);
        }
    }

    /// <summary>At most once in a window.</summary>
    private void RemoveQuietPayers(long now)
    {
        long last = Volatile.Read(ref _lastSweep);
        if (!IsOver(last, now) || Interlocked.CompareExchange(ref _lastSweep, now, last) != last)
        {
            return;
        }

        foreach ((Address payer, Payer known) in _payers)
        {
            lock (known)
            {
                // A payer that is being counted concurrently may get this one call for nothing.
                if (IsOver(known.WindowStart, now) && IsOver(known.PausedUntil, now))
                {
                    _payers.TryRemove(payer, out _);
                }
            }
        }
    }

    private bool IsOver(long since, long now) => time.GetElapsedTime(since, now) >= s_window;

    /// <summary>Times are timestamps of the clock.</summary>
    private sealed class Payer(long start)
    {
        /// <summary>Read without the lock, so it is one word.</summary>
        public long PausedUntil = start;

        public long WindowStart { get; set; } = start;

        public int Abandoned { get; set; }

        public int Failed { get; set; }

        public int Pauses { get; set; }

        /// <summary>Never shortens a pause.</summary>
        public void PauseUntil(long end) => Volatile.Write(ref PausedUntil, Math.Max(PausedUntil, end));
    }
}
