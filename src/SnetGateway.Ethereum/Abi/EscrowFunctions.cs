using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace SnetGateway.Ethereum.Abi;

/// <summary>`nextChannelId()`: the number of channels ever opened.</summary>
[Function("nextChannelId", "uint256")]
internal sealed class NextChannelIdFunction;

/// <summary>`channels(uint256)`.</summary>
[Function("channels", typeof(ChannelsOutput))]
internal sealed class ChannelsFunction
{
    [Parameter("uint256", "", 1)]
    public BigInteger ChannelId { get; set; }
}

/// <summary>The return value of `channels(uint256)`: all zeros when the channel does not exist.</summary>
[FunctionOutput]
internal sealed class ChannelsOutput
{
    [Parameter("uint256", "nonce", 1)]
    public BigInteger Nonce { get; set; }

    [Parameter("address", "sender", 2)]
    public string Sender { get; set; } = "";

    [Parameter("address", "signer", 3)]
    public string Signer { get; set; } = "";

    [Parameter("address", "recipient", 4)]
    public string Recipient { get; set; } = "";

    [Parameter("bytes32", "groupId", 5)]
    public byte[] GroupId { get; set; } = [];

    [Parameter("uint256", "value", 6)]
    public BigInteger Value { get; set; }

    [Parameter("uint256", "expiration", 7)]
    public BigInteger Expiration { get; set; }
}
