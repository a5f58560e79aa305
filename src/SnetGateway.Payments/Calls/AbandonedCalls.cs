using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Calls;

/// <summary>
/// Bounds work without pay: who leaves many calls before their first byte is made to pause, for longer each time (design, rule 6). Kept per
/// payer, of whom only those with a channel of ours get this far, and only until they have been quiet for a while.
/// </summary>
internal sealed class AbandonedCalls(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<Address, Payer> _payers = new();
    private long _lastSweep = time.GetTimestamp();

    /// <summary>Payers who left a call lately.</summary>
    public int Payers => _payers.Count;

    /// <summary>True while the payer has to pause. Costs one look into a dictionary without locks for everybody who behaves.</summary>
    public bool IsPausing(Address payer) =>
        _payers.TryGetValue(payer, out Payer? known) && Volatile.Read(ref known.PausedUntil) > time.GetTimestamp();

    public void Count(Address payer, PaidCallOptions options)
    {
        // Not the time of day, which may be set: a pause of a second would last until it has caught up.
        long now = time.GetTimestamp();
        ForgetTheQuiet(now);
        Payer known = _payers.GetOrAdd(payer, static (_, start) => new Payer(start), now);
        lock (known)
        {
            if (IsOver(known.WindowStart, now))
            {
                // A whole quiet window after the last pause and the payer starts with a clean slate.
                if (IsOver(known.PausedUntil, now))
                {
                    known.Pauses = 0;
                }

                known.WindowStart = now;
                known.Left = 0;
            }

            if (++known.Left > options.AbandonedCallsPerMinute)
            {
                double seconds = Math.Min(options.MaxPause.TotalSeconds, Math.Pow(2, Math.Min(known.Pauses++, 30)));
                Volatile.Write(ref known.PausedUntil, now + (long)(seconds * time.TimestampFrequency));
            }
        }
    }

    /// <summary>Once a window at most, whoever comes. Forgotten is who would start with a clean slate.</summary>
    private void ForgetTheQuiet(long now)
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
                // Who is being counted in this very moment may get this one call for nothing.
                if (IsOver(known.WindowStart, now) && IsOver(known.PausedUntil, now))
                {
                    _payers.TryRemove(payer, out _);
                }
            }
        }
    }

    /// <summary>A whole window has gone by since.</summary>
    private bool IsOver(long since, long now) => time.GetElapsedTime(since, now) >= Window;

    /// <summary>Moments are timestamps of the clock.</summary>
    private sealed class Payer(long start)
    {
        /// <summary>Read without the lock, so one word.</summary>
        public long PausedUntil = start;

        public long WindowStart { get; set; } = start;

        public int Left { get; set; }

        public int Pauses { get; set; }
    }
}
