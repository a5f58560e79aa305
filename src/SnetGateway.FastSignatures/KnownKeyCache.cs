using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.FastSignatures;

/// <summary>
/// A bounded number of keys with their tables. When it is full, a signer gets the table of another one who uses it much less. Tables are
/// allocated when they are needed for the first time, and never released. Reads take no lock. Of the other members only one may run at a
/// time; the caller ensures that.
/// </summary>
internal sealed class KnownKeyCache(int capacity)
{
    /// <summary>
    /// A table is given to another signer only if that one pays twice as often, and so many times more in the period of the counts: then
    /// the table pays for itself within the next period, and equally frequent signers do not take it from each other by chance.
    /// </summary>
    public const int LeastDifference = KnownSigners.RecoveriesBeforeTable;

    private const int Sample = 16; // counts that are compared for one victim: 128 bytes

    private readonly ConcurrentDictionary<Address, KeySlot> _owners = new();
    private readonly KeySlot[] _slots = new KeySlot[capacity];
    private readonly long[] _uses = new long[capacity];
    private int _allocated;
    private int _next;

    /// <summary>Number of signers with a table.</summary>
    public int Count => _owners.Count;

    /// <summary>True if the signer has a table.</summary>
    public bool Contains(Address signer) => _owners.ContainsKey(signer);

    /// <summary>The key of a signer, or null. The caller must call <see cref="KeySlot.Leave"/> when it has read the key.</summary>
    public KeySlot? Enter(Address signer) =>
        _owners.TryGetValue(signer, out KeySlot? slot) && slot.TryEnter(signer) ? slot : null;

    /// <summary>Counts a use. Concurrent uses may be lost, which only makes the comparison a little less exact.</summary>
    public void CountUse(KeySlot slot) => _uses[slot.Index]++;

    /// <summary>
    /// A locked slot without owner for a signer who paid <paramref name="count"/> times in the period of the counts, or null. The caller
    /// writes its key and calls <see cref="Release"/>.
    /// </summary>
    public KeySlot? Take(int count)
    {
        if (_allocated < capacity)
        {
            var added = new KeySlot(_allocated);
            added.TryLock();
            return _slots[_allocated++] = added;
        }

        int least = _next;
        for (int i = 0; i < Sample; i++)
        {
            least = _uses[_next] < _uses[least] ? _next : least;
            _next = (_next + 1) % capacity;
        }

        KeySlot slot = _slots[least];
        if (count < (2 * _uses[least]) + LeastDifference || !slot.TryLock())
        {
            return null;
        }

        _owners.TryRemove(slot.Owner, out _);
        slot.Owner = default;
        return slot;
    }

    /// <summary>Unlocks a slot of <see cref="Take"/> for a signer who paid so often, or without an owner (zero address).</summary>
    public void Release(KeySlot slot, Address owner, int count)
    {
        _uses[slot.Index] = count;
        slot.Owner = owner;
        slot.Unlock();
        if (!owner.IsZero)
        {
            _owners[owner] = slot;
        }
    }

    /// <summary>Halves the counts.</summary>
    public void Age()
    {
        foreach (ref long uses in _uses.AsSpan(0, _allocated))
        {
            uses >>= 1;
        }
    }
}
