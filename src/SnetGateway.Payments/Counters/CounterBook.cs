using System.Collections.Concurrent;
using SnetGateway.Payments.Records;

namespace SnetGateway.Payments.Counters;

/// <summary>
/// The counters in memory: those that were used lately. Another one is read from the store at its first use. The number is bounded, since
/// there is one for each address with free calls.
/// </summary>
/// <param name="instance">A number that no other process of this ledger has.</param>
/// <param name="capacity">Counters in memory from which idle ones are removed.</param>
public sealed class CounterBook(ulong instance, int capacity = 50_000)
{
    private readonly ConcurrentDictionary<RecordKey, Counter> _counters = new();
    private long _created;
    private int _count;

    public int Count => _counters.Count;

    /// <summary>The counter, new and not yet read if it is not in memory.</summary>
    internal Counter GetOrAdd(RecordKey key)
    {
        if (_counters.TryGetValue(key, out Counter? known))
        {
            return known;
        }

        // Each object has its own ids: two of one counter can exist for a moment, when one was removed while a call had it.
        var counter = new Counter(key, unchecked(instance + (ulong)Interlocked.Increment(ref _created)));
        Counter kept = _counters.GetOrAdd(key, counter);
        if (ReferenceEquals(kept, counter) && Interlocked.Increment(ref _count) > capacity)
        {
            RemoveIdle();
        }

        return kept;
    }

    /// <summary>Takes in what another replica wrote, if the counter is in memory.</summary>
    internal void Adopt(StoredRecord stored)
    {
        if (_counters.TryGetValue(stored.Key, out Counter? counter))
        {
            counter.Adopt(CounterRecordCodec.Read(stored));
        }
    }

    /// <summary>Down to three quarters, so that it is rarely done. Counters in use stay.</summary>
    private void RemoveIdle()
    {
        int excess = _counters.Count - (capacity / 4 * 3);
        foreach ((RecordKey key, Counter counter) in _counters)
        {
            if (excess <= 0)
            {
                break;
            }

            if (counter.IsIdle && _counters.TryRemove(new KeyValuePair<RecordKey, Counter>(key, counter)))
            {
                Interlocked.Decrement(ref _count);
                excess--;
            }
        }
    }
}
