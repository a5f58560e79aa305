using SnetGateway.Payments.Values;

namespace SnetGateway.FastSignatures;

/// <summary>
/// Decides which signers get a table. A table takes about ten recoveries' time to build and 76 KiB, so it is built only for an address that
/// was expected to sign and did, so often that the table is likely to pay for itself: channels' own signers, never unauthenticated callers.
/// Safe for concurrent use.
/// </summary>
public sealed class KnownSigners
{
    /// <summary>
    /// Number of recoveries by the library before a table is built. A signer who paid so many times is likely to pay as many times again,
    /// and as many checks by the table save what it took to build it.
    /// </summary>
    public const int RecoveriesBeforeTable = 16;

    /// <summary>
    /// Memory limit of all tables: 320 MiB, for 4,311 signers, or an eighth of the memory that the process may use where that is less.
    /// Tables are allocated as signers need them. Further signers are recovered by the library.
    /// </summary>
    public const int MaxBytes = 320 << 20;

    /// <summary>One of this many acceptances is also checked by the library.</summary>
    public const int AcceptancesPerCheck = 1_024;

    /// <summary>After this many payments the counts are halved, so that signers who stopped paying make room.</summary>
    public const int PaymentsPerPeriod = 1 << 20;

    private const int ShareOfMemory = 8;

    private readonly KnownKeyCache _keys;
    private readonly Lock _lock = new();
    private readonly SignerCounts _counts = new();
    private readonly TableBudget _budget = new();
    private readonly KeyTableBuilder _builder = new();
    private long _acceptances;
    private long _countedAcceptances;
    private long _paymentsOfPeriod;
    private volatile bool _isOff;

    /// <summary>No signer has a table yet.</summary>
    public KnownSigners()
        : this((int)(Math.Min(MaxBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ShareOfMemory) / KeyTable.Size))
    {
    }

    /// <summary>With a number of tables, at least 1.</summary>
    internal KnownSigners(int capacity)
    {
        _keys = new KnownKeyCache(capacity);
    }

    /// <summary>True when this processor supports the tables: it has AVX2.</summary>
    public static bool IsSupported => KnownKey.IsSupported;

    /// <summary>Number of signers with a table.</summary>
    public int Count => _keys.Count;

    /// <summary>Number of tables written so far, the rewritten ones included.</summary>
    public long TablesWritten { get; private set; }

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
        if (_isOff || _keys.Enter(expected) is not { } slot)
        {
            return false;
        }

        try
        {
            if (!slot.Key.IsCertainlySigner(digest, signature, recoveryId))
            {
                return false;
            }
        }
        finally
        {
            slot.Leave();
        }

        _keys.CountUse(slot);
        isCheckDue = Interlocked.Increment(ref _acceptances) % AcceptancesPerCheck == 0;
        return true;
    }

    /// <summary>Call when the library recovered the expected signer.</summary>
    public void Recovered(
        Address signer, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId)
    {
        if (_isOff || !_lock.TryEnter())
        {
            return; // no payment waits: one that is not counted, because another is counted or a table is built, delays a table a little
        }

        try
        {
            CountPayments();
            int count = _counts.Add(signer);
            if (count >= RecoveriesBeforeTable && _budget.HasTable && !_keys.Contains(signer) && _keys.Take(count) is { } slot)
            {
                _counts.Remove(signer);
                _budget.Spend();
                TablesWritten++;
                Write(slot, signer, count, publicKey, digest, signature, recoveryId);
            }
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Call when the library did not confirm an acceptance.</summary>
    public void TurnOff() => _isOff = true;

    /// <summary>For tests: adds a key under an address that need not be its own.</summary>
    internal void Add(Address address, ReadOnlySpan<byte> publicKey)
    {
        lock (_lock)
        {
            KeySlot slot = _keys.Take(int.MaxValue) ?? throw new InvalidOperationException("The least used table is in use.");
            _keys.Release(slot, slot.Key.TryWrite(_builder, publicKey) ? address : default, 0);
        }
    }

    /// <summary>Writes the table into a locked slot. It gets an owner only if it accepts what the library has just recovered.</summary>
    private void Write(
        KeySlot slot, Address signer, int count, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature,
        int recoveryId)
    {
        bool isValid = false;
        try
        {
            isValid = slot.Key.TryWrite(_builder, publicKey) && slot.Key.IsCertainlySigner(digest, signature, recoveryId);
        }
        finally
        {
            _keys.Release(slot, isValid ? signer : default, isValid ? count : 0);
        }
    }

    /// <summary>Counts this recovery, and the acceptances since the one before.</summary>
    private void CountPayments()
    {
        long acceptances = Acceptances - _countedAcceptances;
        _countedAcceptances += acceptances;
        _budget.Add(1, acceptances);
        _paymentsOfPeriod += 1 + acceptances;
        if (_paymentsOfPeriod >= PaymentsPerPeriod)
        {
            _paymentsOfPeriod = 0;
            _counts.Age();
            _keys.Age();
        }
    }
}
