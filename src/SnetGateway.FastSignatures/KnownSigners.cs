using SnetGateway.Payments.Values;

namespace SnetGateway.FastSignatures;

/// <summary>
/// Decides which signers get a table. A table takes about ten recoveries' time to build and 76 KiB, so it is built only for an address that
/// was expected to sign and did, several times: channels' own signers, never unauthenticated callers. Safe for concurrent use.
/// </summary>
public sealed class KnownSigners
{
    /// <summary>Number of recoveries by the library before a table is built.</summary>
    public const int RecoveriesBeforeTable = 8;

    /// <summary>Memory limit of all tables: 48 MiB, for about 640 signers. Further signers are recovered by the library.</summary>
    public const int MaxBytes = 48 << 20;

    /// <summary>One of this many acceptances is also checked by the library.</summary>
    public const int AcceptancesPerCheck = 1_024;

    // Counted by hash. Two addresses with the same hash get their tables sooner, which does no harm, and no entry has to be removed.
    private const int Counters = 4_096;

    private readonly KnownKeyCache _keys = new(MaxBytes / KeyTable.Size);
    private readonly int[] _recoveries = new int[Counters];
    private long _acceptances;
    private int _building;
    private volatile bool _isOff;

    /// <summary>True when this processor supports the tables: it has AVX2.</summary>
    public static bool IsSupported => KnownKey.IsSupported;

    /// <summary>Number of signers with a table.</summary>
    public int Count => _keys.Count;

    /// <summary>Number of signatures accepted by tables.</summary>
    public long Acceptances => Interlocked.Read(ref _acceptances);

    /// <summary>True when the tables were turned off: no signature is accepted by them.</summary>
    public bool IsOff => _isOff;

    /// <summary>True only if the signature recovers to <paramref name="expected"/>. False also when that signer has no table.</summary>
    /// <param name="expected">The expected signer.</param>
    /// <param name="digest">The 32 bytes that were signed.</param>
    /// <param name="signature">r and s, in range.</param>
    /// <param name="recoveryId">0 or 1.</param>
    /// <param name="isCheckDue">The library must confirm this acceptance.</param>
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

    /// <summary>Call when the library recovered the expected signer.</summary>
    public void Recovered(
        Address signer, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId)
    {
        ref int recoveries = ref _recoveries[(uint)signer.GetHashCode() % Counters];
        if (_isOff || Interlocked.Increment(ref recoveries) < RecoveriesBeforeTable || Interlocked.Exchange(ref _building, 1) != 0)
        {
            return; // one table is built at a time; another signer's is built at its next payment
        }

        try
        {
            Volatile.Write(ref recoveries, 0);
            if (_keys.Find(signer) is null
                && KnownKey.TryBuild(publicKey) is { } key
                && key.IsCertainlySigner(digest, signature, recoveryId))
            {
                _keys.Add(signer, key);
            }
        }
        finally
        {
            Volatile.Write(ref _building, 0);
        }
    }

    /// <summary>Call when the library did not confirm an acceptance.</summary>
    public void TurnOff() => _isOff = true;

    /// <summary>For tests: adds a key under an address that need not be its own.</summary>
    internal void Add(Address address, KnownKey key) => _keys.Add(address, key);
}
