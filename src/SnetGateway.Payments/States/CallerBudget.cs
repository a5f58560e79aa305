using System.Collections.Concurrent;

namespace SnetGateway.Payments.States;

/// <summary>Counts the requests of each caller in fixed minutes, in bounded memory.</summary>
/// <typeparam name="TCaller">What identifies a caller.</typeparam>
public sealed class CallerBudget<TCaller>(TimeProvider time)
    where TCaller : struct, IEquatable<TCaller>
{
    /// <summary>Callers that are counted. Further ones in the same minute are refused: each costs this process memory.</summary>
    public const int MaxCallers = 100_000;

    /// <summary>The time after which every caller has its requests again.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private Minute _minute = new(time.GetTimestamp());

    /// <summary>Counts a request. False when it is one too many in this minute.</summary>
    public bool TryTake(TCaller caller, int perMinute)
    {
        Minute minute = Volatile.Read(ref _minute);
        if (time.GetElapsedTime(minute.Start) >= Period)
        {
            Interlocked.CompareExchange(ref _minute, new Minute(time.GetTimestamp()), minute);
            minute = Volatile.Read(ref _minute);
        }

        return minute.TryCount(caller, perMinute);
    }

    private sealed class Minute(long start)
    {
        private readonly ConcurrentDictionary<TCaller, Taken> _counts = new();
        private int _callers;

        public long Start => start;

        public bool TryCount(TCaller caller, int perMinute)
        {
            if (!_counts.TryGetValue(caller, out Taken? count))
            {
                if (Interlocked.Increment(ref _callers) > MaxCallers)
                {
                    return false;
                }

                count = _counts.GetOrAdd(caller, static _ => new Taken());
            }

            return Volatile.Read(ref count.Value) < perMinute && Interlocked.Increment(ref count.Value) <= perMinute;
        }
    }

    private sealed class Taken
    {
        public int Value;
    }
}
