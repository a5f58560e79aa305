using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Planning;

/// <summary>When the gateway itself claims, and what a claim may cost. Immutable.</summary>
public sealed record ClaimRules
{
    /// <summary>Cogs from which a channel is claimed; null for no such rule.</summary>
    public UInt256? MinValue { get; init; }

    /// <summary>Blocks before its expiry from which a channel is claimed.</summary>
    public required ulong ExpiryBlocks { get; init; }

    /// <summary>Everything is claimed once in this time; null for no such rule.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Most wei for a unit of gas.</summary>
    public required ulong MaxFee { get; init; }

    /// <summary>The same for a channel in the second half of <see cref="ExpiryBlocks"/>.</summary>
    public required ulong UrgentMaxFee { get; init; }

    /// <summary>Most claims in one transaction, 1 to 60.</summary>
    public int BatchSize { get; init; } = 50;

    /// <summary>What an ether is worth in cogs, so that a claim which costs more than it brings is left; null if that is not
    /// checked.</summary>
    public UInt256? CogsPerEther { get; init; }

    /// <summary>Blocks before its expiry from which a channel may cost <see cref="UrgentMaxFee"/>.</summary>
    public ulong UrgentBlocks => ExpiryBlocks / 2;

    /// <summary>Most wei for a unit of gas, for a channel with so many blocks left.</summary>
    public ulong MaxFeeOf(ulong blocksLeft) => blocksLeft <= UrgentBlocks ? Math.Max(MaxFee, UrgentMaxFee) : MaxFee;
}
