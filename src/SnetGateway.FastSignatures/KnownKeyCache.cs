using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.FastSignatures;

/// <summary>
/// A bounded number of keys with their tables. Reading takes no lock; adding is for one thread at a time, which its caller sees to. Whose table has not
/// been used since the hand of the clock last passed makes room for a new one.
/// </summary>
internal sealed class KnownKeyCache(int capacity)
{
    private readonly ConcurrentDictionary<Address, Slot> _slots = new();
    private readonly Slot?[] _clock = new Slot?[capacity];
    private int _hand;

    /// <summary>Keys held now.</summary>
    public int Count => _slots.Count;

    /// <summary>Null where nothing is known of the address.</summary>
    public KnownKey? Find(Address address)
    {
        if (!_slots.TryGetValue(address, out Slot? slot))
        {
            return null;
        }

        if (!slot.WasUsed)
        {
            slot.WasUsed = true; // only written when it changes, so that readers share the line
        }

        return slot.Key;
    }

    /// <summary>Adds a key, or replaces the one of the same address. Looks at each slot twice at most.</summary>
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
