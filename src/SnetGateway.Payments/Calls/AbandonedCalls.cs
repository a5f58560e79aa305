using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Calls;

/// <summary>
/// Bounds work without pay: who leaves many calls before their first byte is made to pause, for longer each time (design, rule 6). Kept per
/// payer, of whom only those with a channel of ours get this far.
/// </summary>
internal sealed class AbandonedCalls(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<Address, Payer> _payers = new();

    /// <summary>True while the payer has to pause. Costs one look into an empty dictionary for everybody who behaves.</summary>
    public bool IsPausing(Address payer) =>
        !_payers.IsEmpty && _payers.TryGetValue(payer, out Payer? known) && Volatile.Read(ref known.PausedUntilTicks) > time.GetUtcNow().UtcTicks;

    public void Count(Address payer, PaidCallOptions options)
    {
        Payer known = _payers.GetOrAdd(payer, static _ => new Payer());
        DateTimeOffset now = time.GetUtcNow();
        lock (known)
        {
            if (now - known.WindowStart >= Window)
            {
                // A whole quiet window after the last pause and the payer starts with a clean slate.
                if (now.UtcTicks - known.PausedUntilTicks >= Window.Ticks)
                {
                    known.Pauses = 0;
                }

                known.WindowStart = now;
                known.Left = 0;
            }

            if (++known.Left > options.AbandonedCallsPerMinute)
            {
                double seconds = Math.Min(options.MaxPause.TotalSeconds, Math.Pow(2, Math.Min(known.Pauses++, 30)));
                Volatile.Write(ref known.PausedUntilTicks, (now + TimeSpan.FromSeconds(seconds)).UtcTicks);
            }
        }
    }

    private sealed class Payer
    {
        /// <summary>Read without the lock, so one word.</summary>
        public long PausedUntilTicks;

        public DateTimeOffset WindowStart { get; set; }

        public int Left { get; set; }

        public int Pauses { get; set; }
    }
}
