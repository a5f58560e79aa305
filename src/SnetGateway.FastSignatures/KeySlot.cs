using SnetGateway.Payments.Values;

namespace SnetGateway.FastSignatures;

/// <summary>A key with its table, and the signer who owns it. Tables are reused: the owner changes.</summary>
/// <remarks>
/// A table is never read while it is written. A reader enters before it reads and leaves afterwards. A writer must lock the slot, which
/// succeeds only while no reader is inside, and until it is unlocked no reader enters. Owner and table change only under this lock, and a
/// reader compares the owner after it has entered, so a reader that found the slot under its previous owner does not use it. Neither waits:
/// a reader that cannot enter recovers the signer by the library, and a writer that cannot lock builds no table.
/// </remarks>
internal sealed class KeySlot(int index)
{
    private const int Locked = -(1 << 30);

    private int _readers; // less 2^30 while the slot is locked

    /// <summary>Its place in the cache.</summary>
    public int Index => index;

    /// <summary>The key of <see cref="Owner"/>.</summary>
    public KnownKey Key { get; } = new();

    /// <summary>The signer, or the zero address while the slot has no valid key. Set only while locked.</summary>
    public Address Owner { get; set; }

    /// <summary>True if the caller may read the key of <paramref name="signer"/>; it must call <see cref="Leave"/> afterwards.</summary>
    public bool TryEnter(Address signer)
    {
        if (Interlocked.Increment(ref _readers) > 0 && Owner == signer)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Call after a successful <see cref="TryEnter"/>, when the key has been read.</summary>
    public void Leave() => Interlocked.Decrement(ref _readers);

    /// <summary>True if no reader is inside. None enters until <see cref="Unlock"/>.</summary>
    public bool TryLock() => Interlocked.CompareExchange(ref _readers, Locked, 0) == 0;

    /// <summary>Call after a successful <see cref="TryLock"/>.</summary>
    public void Unlock() => Interlocked.Add(ref _readers, -Locked);
}
