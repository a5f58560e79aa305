using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace SnetGateway.TestKit.Market;

/// <summary>`channelClaim` of the escrow contract, with which a provider claims. Amounts are cogs.</summary>
[Function("channelClaim")]
public sealed class ChannelClaimFunction : FunctionMessage
{
    [Parameter("uint256", "channelId", 1)]
    public BigInteger ChannelId { get; set; }

    /// <summary>The amount to pay out, at most <see cref="PlannedAmount"/> and the channel's value.</summary>
    [Parameter("uint256", "actualAmount", 2)]
    public BigInteger ActualAmount { get; set; }

    /// <summary>The signed amount.</summary>
    [Parameter("uint256", "plannedAmount", 3)]
    public BigInteger PlannedAmount { get; set; }

    [Parameter("uint8", "v", 4)]
    public byte V { get; set; }

    [Parameter("bytes32", "r", 5)]
    public byte[] R { get; set; } = [];

    [Parameter("bytes32", "s", 6)]
    public byte[] S { get; set; } = [];

    /// <summary>True returns the rest to the sender, which closes the channel.</summary>
    [Parameter("bool", "isSendback", 7)]
    public bool IsSendBack { get; set; }
}
