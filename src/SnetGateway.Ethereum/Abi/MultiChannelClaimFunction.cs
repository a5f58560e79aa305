using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace SnetGateway.Ethereum.Abi;

/// <summary>`multiChannelClaim`: the claims of several channels by their recipient. All lists have one element for each claim.</summary>
[Function("multiChannelClaim")]
internal sealed class MultiChannelClaimFunction
{
    [Parameter("uint256[]", "channelIds", 1)]
    public List<BigInteger> ChannelIds { get; set; } = [];

    /// <summary>What is paid, at most what is signed and what the channel holds.</summary>
    [Parameter("uint256[]", "actualAmounts", 2)]
    public List<BigInteger> ActualAmounts { get; set; } = [];

    /// <summary>What was signed.</summary>
    [Parameter("uint256[]", "plannedAmounts", 3)]
    public List<BigInteger> PlannedAmounts { get; set; } = [];

    /// <summary>Whether the rest goes back to the sender, which closes the channel. Never here.</summary>
    [Parameter("bool[]", "isSendbacks", 4)]
    public List<bool> IsSendbacks { get; set; } = [];

    [Parameter("uint8[]", "v", 5)]
    public List<byte> V { get; set; } = [];

    [Parameter("bytes32[]", "r", 6)]
    public List<byte[]> R { get; set; } = [];

    [Parameter("bytes32[]", "s", 7)]
    public List<byte[]> S { get; set; } = [];
}
