using System.Numerics;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Hex.HexConvertors.Extensions;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Abi;

/// <summary>Call data and return values of the escrow contract's view functions.</summary>
internal static class EscrowCalls
{
    private static readonly byte[] s_nextChannelIdCall = Encode(new NextChannelIdFunction());

    /// <summary>`nextChannelId()`.</summary>
    public static byte[] NextChannelId() => s_nextChannelIdCall;

    /// <summary>`channels(uint256)`.</summary>
    public static byte[] Channels(ChannelId id) =>
        Encode(new ChannelsFunction { ChannelId = new BigInteger(id.Value.ToBigEndian(), isUnsigned: true, isBigEndian: true) });

    /// <summary>Reads the return value of `nextChannelId()`.</summary>
    public static bool TryReadNextChannelId(ReadOnlySpan<byte> output, out UInt256 next)
    {
        bool isWord = output.Length == UInt256.Size;
        next = isWord ? UInt256.ReadBigEndian(output) : default;
        return isWord;
    }

    /// <summary>Reads the return value of `channels(uint256)`.</summary>
    /// <param name="output">The returned bytes.</param>
    /// <param name="id">The channel that was read.</param>
    /// <param name="block">The block at which it was read.</param>
    /// <param name="reading">Null when the sender is zero: the channel does not exist.</param>
    /// <returns>False for bytes that the contract cannot return.</returns>
    public static bool TryReadChannel(ReadOnlySpan<byte> output, ChannelId id, ChainBlock block, out ChannelReading? reading)
    {
        reading = null;
        if (StrictAbi.DecodeOutput<ChannelsOutput>(output) is not { } channel)
        {
            return false;
        }

        var sender = Address.Parse(channel.Sender);
        reading = sender.IsZero ? null : new ChannelReading
        {
            Id = id,
            Nonce = new ChannelNonce(channel.Nonce.ToUInt256()),
            Sender = sender,
            Signer = Address.Parse(channel.Signer),
            Recipient = Address.Parse(channel.Recipient),
            GroupId = new Bytes32(channel.GroupId),
            Value = channel.Value.ToUInt256(),
            Expiration = channel.Expiration.ToUInt256(),
            Block = block,
        };
        return true;
    }

    private static byte[] Encode<T>(T call)
        where T : class =>
        new FunctionCallEncoder()
            .EncodeRequest(call, new AttributesToABIExtractor().ExtractFunctionABI(typeof(T)).Sha3Signature)
            .HexToByteArray();
}
