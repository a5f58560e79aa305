using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Settlement;

/// <summary>
/// Bounds work without payment: a payer that abandons many calls before their first byte has to pause, longer each time (rule 6). Only
/// payers with a channel of this gateway are counted, and each is forgotten after a quiet window.
/// </summary>
public sealed class AbandonedCalls(TimeProvider time, LivePaidCallOptions options)
{
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Address, Payer> _payers = new();
    private long _lastSweep = time.GetTimestamp();

    /// <summary>Payers that abandoned a call recently.</summary>
    internal int Payers => _payers.Count;

    /// <summary>True while the payer has to pause. Costs one read of a dictionary without locks for all other payers.</summary>
    internal bool IsPausing(Address payer) =>
        _payers.TryGetValue(payer, out Payer? known) && Volatile.Read(ref known.PausedUntil) > time.GetTimestamp();

    /// <summary>Counts one abandoned call.</summary>
    internal void Count(Address payer)
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
            }

            PaidCallOptions limits = options.Current;
            if (++known.Abandoned > limits.AbandonedCallsPerMinute)
            {
                double seconds = Math.Min(limits.MaxPause.TotalSeconds, Math.Pow(2, Math.Min(known.Pauses++, 30)));
                Volatile.Write(ref known.PausedUntil, now + (long)(seconds * time.TimestampFrequency));
            }
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

        public int Pauses { get; set; }
    }
}
