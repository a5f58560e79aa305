using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.FastSignatures;

/// <summary>
/// A bounded number of keys with their tables (CLOCK replacement: a table that was not used since the hand last passed is replaced). Reads
/// take no lock. Adds must not run concurrently; the caller ensures that.
/// </summary>
internal sealed class KnownKeyCache(int capacity)
{
    private readonly ConcurrentDictionary<Address, Slot> _slots = new();
    private readonly Slot?[] _clock = new Slot?[capacity];
    private int _hand;

    /// <summary>Number of keys.</summary>
    public int Count => _slots.Count;

    /// <summary>The key of an address, or null.</summary>
    public KnownKey? Find(Address address)
    {
        if (!_slots.TryGetValue(address, out Slot? slot))
        {
            return null;
        }

        if (!slot.WasUsed)
        {
            slot.WasUsed = true; // written only when it changes, so that readers share the cache line
        }

        return slot.Key;
    }

    /// <summary>Adds a key, or replaces the one with the same address. Visits each slot at most twice.</summary>
    public void Add(Address address, KnownKey key)
    {
        if (_slots.TryGetValue(address, out Slot? known))
        {
            known.Key = key;
            return;
        }

        while (_clock[_hand] is { WasUsed: true } used)
        {
            used.WasUsed = false;
            _hand = (_hand + 1) % capacity;
        }

        if (_clock[_hand] is { } old)
        {
            _slots.TryRemove(old.Address, out _);
        }

        var slot = new Slot(address, key);
        _clock[_hand] = slot;
        _hand = (_hand + 1) % capacity;
        _slots[address] = slot;
    }

    private sealed class Slot(Address address, KnownKey key)
    {
        private volatile KnownKey _key = key;
        private volatile bool _wasUsed;

        public Address Address => address;

        public KnownKey Key
        {
            get => _key;
            set => _key = value;
        }

        public bool WasUsed
        {
            get => _wasUsed;
            set => _wasUsed = value;
        }
    }
}
