using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>The comparison of a copy with its source.</summary>
/// <param name="Channels">Channels that were compared.</param>
/// <param name="Entries">Journal entries of these channels in the source.</param>
/// <param name="Delivered">Sum of the prices of all calls in the source's journal, in cogs.</param>
/// <param name="Faults">Faults that `ledger verify` finds in the source.</param>
/// <param name="Differences">Channels whose record or journal differs.</param>
public sealed record LedgerComparisonResult(
    long Channels, long Entries, UInt256 Delivered, long Faults, IReadOnlyCollection<string> Differences);
