using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Planning;

/// <summary>What the plan says of one channel.</summary>
/// <param name="Candidate">What the contract would pay.</param>
/// <param name="Reason">The rule by which it is claimed; null for none.</param>
/// <param name="Hold">Why it is not claimed now; null if it is.</param>
/// <param name="Totals">The totals of the candidate that are claimed, or would be.</param>
/// <param name="BlocksLeft">Blocks until the expiry.</param>
/// <param name="Gas">What its claims need of the transaction's gas, as estimated.</param>
/// <param name="GasCost">What that costs, in wei.</param>
/// <param name="GasCogs">The same in cogs; null where the rules have no rate.</param>
public sealed record PlannedClaim(
    ClaimCandidate Candidate, ClaimReason? Reason, ClaimHold? Hold, IReadOnlyList<ClaimTotal> Totals, ulong BlocksLeft, ulong Gas,
    UInt256 GasCost, UInt256? GasCogs)
{
    /// <summary>Cogs that the contract pays for the totals.</summary>
    public UInt256 Payable { get; } = Totals.Aggregate(UInt256.Zero, (sum, total) => sum.SaturatingAdd(total.Payable));
}

/// <summary>The rule by which a channel is claimed, the most pressing one.</summary>
public enum ClaimReason
{
    /// <summary>The claim was started, by this gateway or a tool: only the transaction is left to do.</summary>
    Started,

    /// <summary>The channel expires soon.</summary>
    Expiry,

    /// <summary>It holds enough.</summary>
    Value,

    /// <summary>It is the time at which everything is claimed.</summary>
    Age,

    /// <summary>A transaction is sent anyway, and the channel will be due soon.</summary>
    FillsBatch,
}

/// <summary>Why a channel is not claimed now.</summary>
public enum ClaimHold
{
    /// <summary>A transaction that is not final claims it.</summary>
    InTransaction,

    /// <summary>No rule applies.</summary>
    NotDue,

    /// <summary>Gas costs more than the rules allow.</summary>
    FeeTooHigh,

    /// <summary>Its gas costs more than it brings.</summary>
    NotWorthItsGas,

    /// <summary>The contract refused it a short time ago.</summary>
    Refused,
}
