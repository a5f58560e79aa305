using System.Collections.Concurrent;

namespace SnetGateway.Gateway.Limits;

/// <summary>
/// A value for each key that was used recently, in bounded memory. Values are kept in two halves: when the newer one is full, the older
/// one is forgotten, and what of it is used again moves to the newer one. So no newcomer is refused for the number of those before.
/// </summary>
/// <param name="capacity">Values that are kept, at most.</param>
/// <param name="create">Makes the value of a new key.</param>
internal sealed class RecentTable<TValue>(int capacity, Func<LimitKey, TValue> create)
{
    private Halves _halves = new(new(), new());

    public TValue Get(LimitKey key)
    {
        while (true)
        {
            Halves halves = Volatile.Read(ref _halves);
            if (halves.Newer.TryGetValue(key, out TValue? value))
            {
                return value;
            }

            if (Interlocked.Increment(ref halves.Count) <= capacity / 2)
            {
                return halves.Newer.GetOrAdd(key, halves.Older.TryGetValue(key, out TValue? before) ? before : create(key));
            }

            Interlocked.CompareExchange(ref _halves, new Halves(new(), halves.Newer), halves);
        }
    }

    private sealed class Halves(ConcurrentDictionary<LimitKey, TValue> newer, ConcurrentDictionary<LimitKey, TValue> older)
    {
        public int Count;

        public ConcurrentDictionary<LimitKey, TValue> Newer => newer;

        public ConcurrentDictionary<LimitKey, TValue> Older => older;
    }
}
