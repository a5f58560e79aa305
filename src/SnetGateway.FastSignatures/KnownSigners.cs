using SnetGateway.Payments.Values;

namespace SnetGateway.FastSignatures;

/// <summary>
/// Who signed often enough to be worth a table. A table takes some ten recoveries' time to build and 76 KiB, so it is built only for
/// an address that was expected to sign and did, several times: channels' own signers, no strangers. Safe to use from many threads.
/// </summary>
public sealed class KnownSigners
{
    /// <summary>Recoveries by the library that lead to a table.</summary>
    public const int RecoveriesBeforeTable = 8;

    /// <summary>What all tables together may take: 48 MiB, some 640 signers. Those beyond are recovered by the library.</summary>
    public const int MaxBytes = 48 << 20;

    /// <summary>One in so many acceptances is also judged by the library.</summary>
    public const int AcceptancesPerCheck = 1_024;

    // Counted by hash. Two addresses with one hash get their tables sooner, which does no harm, and nothing has to be thrown away.
    private const int Counters = 4_096;

    private readonly KnownKeyCache _keys = new(MaxBytes / KeyTable.Size);
    private readonly int[] _recoveries = new int[Counters];
    private long _acceptances;
    private int _building;
    private volatile bool _isOff;

    /// <summary>Whether this processor can use tables: it has AVX2.</summary>
    public static bool IsSupported => KnownKey.IsSupported;

    /// <summary>Signers with a table.</summary>
    public int Count => _keys.Count;

    /// <summary>Signatures accepted here.</summary>
    public long Acceptances => Interlocked.Read(ref _acceptances);

    /// <summary>No signature is accepted here any more.</summary>
    public bool IsOff => _isOff;

    /// <summary>True only if the signature recovers to <paramref name="expected"/>; false also where nothing is known of them.</summary>
    /// <param name="expected">Who is said to have signed.</param>
    /// <param name="digest">32 bytes that were signed.</param>
    /// <param name="signature">r and s, in range.</param>
    /// <param name="recoveryId">0 or 1.</param>
    /// <param name="isCheckDue">This acceptance is one of those that the library has to confirm.</param>
    public bool Accept(Address expected, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, out bool isCheckDue)
    {
        isCheckDue = false;
        if (_isOff || _keys.Find(expected) is not { } key || !key.IsCertainlySigner(digest, signature, recoveryId))
        {
            return false;
        }

        isCheckDue = Interlocked.Increment(ref _acceptances) % AcceptancesPerCheck == 0;
        return true;
    }

    /// <summary>The library found that this signature is by whom it was expected from.</summary>
    public void Recovered(Address signer, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId)
    {
        ref int recoveries = ref _recoveries[(uint)signer.GetHashCode() % Counters];
        if (_isOff || Interlocked.Increment(ref recoveries) < RecoveriesBeforeTable || Interlocked.Exchange(ref _building, 1) != 0)
        {
            return; // one table is built at a time; who came in between builds theirs at the next payment
        }

        try
        {
            Volatile.Write(ref recoveries, 0);
            if (_keys.Find(signer) is null && KnownKey.TryBuild(publicKey) is { } key && key.IsCertainlySigner(digest, signature, recoveryId))
            {
                _keys.Add(signer, key);
            }
        }
        finally
        {
            Volatile.Write(ref _building, 0);
        }
    }

    /// <summary>The library did not confirm an acceptance.</summary>
    public void TurnOff() => _isOff = true;

    /// <summary>For tests: a key under an address that need not be its own.</summary>
    internal void Add(Address address, KnownKey key) => _keys.Add(address, key);
}
