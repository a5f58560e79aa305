namespace SnetGateway.Payments.Ledger;

/// <summary>What a copy of a ledger did.</summary>
/// <param name="Channels">Channels of the source.</param>
/// <param name="Written">Channels whose record was written.</param>
/// <param name="EntriesWritten">Journal entries that were written.</param>
/// <param name="Newer">Channels and counters whose record at the target was newer and was kept.</param>
/// <param name="Different">
/// Channels and counters that the two ledgers served independently of each other. Neither record contains the other, so nothing was
/// written.
/// </param>
/// <param name="Counters">Counters of the source: prepaid plans and free calls.</param>
public sealed record LedgerCopyResult(
    long Channels, long Written, long EntriesWritten, IReadOnlySet<string> Newer, IReadOnlyList<string> Different, long Counters = 0);
