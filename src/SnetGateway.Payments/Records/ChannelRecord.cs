using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;
using SnetGateway.Payments.Vouchers;

namespace SnetGateway.Payments.Records;

/// <summary>
/// The record of one channel in the store: the authorized amount with its signature, and what is needed to claim it, to check the next
/// payment and to resolve an unknown outcome. Immutable; replaced by one conditional write.
/// </summary>
public sealed record ChannelRecord
{
    /// <summary>Revision that the store gave it. Not part of the value, and set before the record is shared.</summary>
    public long Revision { get; internal set; }

    public required ChannelId Id { get; init; }

    public required ChannelNonce Nonce { get; init; }

    /// <summary>Total in cogs signed for <see cref="Nonce"/>.</summary>
    public required UInt256 Amount { get; init; }

    /// <summary>The signature of that total, 65 bytes with v 27 or 28, as the contract requires it; empty while the amount is 0.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    public required Address Sender { get; init; }

    public required Address Signer { get; init; }

    /// <summary>Ids of the last eight settles, across nonces.</summary>
    public RecentCalls Calls { get; init; }

    /// <summary>Last signatures of earlier nonces whose claims are not final.</summary>
    public IReadOnlyList<SignedTotal> Earlier { get; init; } = [];

    /// <summary>What the payer has signed and not spent, across nonces.</summary>
    public ChannelCredit Credit { get; init; } = ChannelCredit.None;

    /// <summary>The newest reading of the chain at the time of writing.</summary>
    public ChannelReading? Reading { get; init; }

    /// <summary>Number of the newest journal entry, from 1; 0 before any.</summary>
    public long Sequence { get; init; }

    /// <summary>The newest journal entry, whole, so that the next writer can journal it too. Its hash is the next entry's link.</summary>
    public ReadOnlyMemory<byte> NewestEntry { get; init; }
}
