using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Abi;

/// <summary>An event of one channel of the escrow contract, declared as in the contract. Amounts are cogs.</summary>
internal abstract class EscrowEvent
{
    [Parameter("uint256", "channelId", 1, true)]
    public virtual BigInteger ChannelId { get; set; }

    public ChannelId Channel => new(ChannelId.ToUInt256());

    /// <summary>The channel's nonce after this event; null when the event does not change it.</summary>
    public virtual ChannelNonce? NewNonce => null;
}

/// <summary>A channel was opened.</summary>
[Event("ChannelOpen")]
internal sealed class ChannelOpened : EscrowEvent
{
    [Parameter("uint256", "channelId", 1)]
    public override BigInteger ChannelId { get; set; }

    [Parameter("uint256", "nonce", 2)]
    public BigInteger Nonce { get; set; }

    [Parameter("address", "sender", 3, true)]
    public string Sender { get; set; } = "";

    [Parameter("address", "signer", 4)]
    public string Signer { get; set; } = "";

    [Parameter("address", "recipient", 5, true)]
    public string Recipient { get; set; } = "";

    [Parameter("bytes32", "groupId", 6, true)]
    public byte[] GroupId { get; set; } = [];

    [Parameter("uint256", "amount", 7)]
    public BigInteger Amount { get; set; }

    [Parameter("uint256", "expiration", 8)]
    public BigInteger Expiration { get; set; }
}

/// <summary>The recipient claimed.</summary>
[Event("ChannelClaim")]
internal sealed class ChannelClaimed : EscrowEvent
{
    [Parameter("uint256", "nonce", 2)]
    public BigInteger Nonce { get; set; }

    [Parameter("address", "recipient", 3, true)]
    public string Recipient { get; set; } = "";

    [Parameter("uint256", "claimAmount", 4)]
    public BigInteger ClaimAmount { get; set; }

    [Parameter("uint256", "plannedAmount", 5)]
    public BigInteger PlannedAmount { get; set; }

    [Parameter("uint256", "sendBackAmount", 6)]
    public BigInteger SendBackAmount { get; set; }

    [Parameter("uint256", "keepAmount", 7)]
    public BigInteger KeepAmount { get; set; }

    public override ChannelNonce? NewNonce => new(Nonce.ToUInt256());
}

/// <summary>The sender withdrew all funds after the expiry.</summary>
[Event("ChannelSenderClaim")]
internal sealed class ChannelSenderClaimed : EscrowEvent
{
    [Parameter("uint256", "nonce", 2)]
    public BigInteger Nonce { get; set; }

    [Parameter("uint256", "claimAmount", 3)]
    public BigInteger ClaimAmount { get; set; }

    public override ChannelNonce? NewNonce => new(Nonce.ToUInt256());
}

/// <summary>The channel's expiration was extended.</summary>
[Event("ChannelExtend")]
internal sealed class ChannelExtended : EscrowEvent
{
    [Parameter("uint256", "newExpiration", 2)]
    public BigInteger NewExpiration { get; set; }
}

/// <summary>Funds were added to the channel.</summary>
[Event("ChannelAddFunds")]
internal sealed class ChannelFundsAdded : EscrowEvent
{
    [Parameter("uint256", "additionalFunds", 2)]
    public BigInteger AdditionalFunds { get; set; }
}
