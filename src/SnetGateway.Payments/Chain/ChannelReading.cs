using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Chain;

/// <summary>
/// What the escrow contract said of a channel at one block (`channels(uint256)`; docs/protocol/escrow-payments.md, 'Contract'). Never
/// changed, only replaced.
/// </summary>
public sealed record ChannelReading
{
    public required ChannelId Id { get; init; }

    public required ChannelNonce Nonce { get; init; }

    /// <summary>Who opened the channel and gets what is left; never zero (a zero sender means there is no such channel).</summary>
    public required Address Sender { get; init; }

    /// <summary>Who may sign payments besides the sender.</summary>
    public required Address Signer { get; init; }

    public required Address Recipient { get; init; }

    public required Bytes32 GroupId { get; init; }

    /// <summary>Cogs in the channel at this nonce.</summary>
    public required UInt256 Value { get; init; }

    /// <summary>Block number from which the sender may take everything back. 256 bits: clients have asked for absurd ones.</summary>
    public required UInt256 Expiration { get; init; }

    /// <summary>The block that was asked.</summary>
    public required ChainBlock Block { get; init; }

    /// <summary>True for the same channel: an id can be given to others when a reorganisation undoes its opening.</summary>
    internal bool HasPartiesOf(ChannelReading other) => Sender == other.Sender && Signer == other.Signer;
}
