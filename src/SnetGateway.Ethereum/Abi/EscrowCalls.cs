using System.Numerics;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Hex.HexConvertors.Extensions;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Abi;

/// <summary>Call data and answers of the escrow contract's view functions (payments.md 14.1).</summary>
internal static class EscrowCalls
{
    private static readonly byte[] s_nextChannelId = Encode(new NextChannelIdFunction());

    /// <summary>`nextChannelId()`.</summary>
    public static byte[] NextChannelId() => s_nextChannelId;

    /// <summary>`channels(uint256)`.</summary>
    public static byte[] Channels(ChannelId id) =>
        Encode(new ChannelsFunction { ChannelId = new BigInteger(id.Value.ToBigEndian(), isUnsigned: true, isBigEndian: true) });

    /// <summary>Reads the answer of `nextChannelId()`.</summary>
    public static bool TryReadNextChannelId(ReadOnlySpan<byte> answer, out UInt256 next)
    {
        bool isWord = answer.Length == UInt256.Size;
        next = isWord ? UInt256.ReadBigEndian(answer) : default;
        return isWord;
    }

    /// <summary>Reads the answer of `channels(uint256)`.</summary>
    /// <param name="answer">What the contract returned.</param>
    /// <param name="id">The channel that was asked for.</param>
    /// <param name="block">The block that was asked.</param>
    /// <param name="reading">Null where the sender is zero: there is no such channel.</param>
    /// <returns>False for bytes that the contract cannot have returned.</returns>
    public static bool TryReadChannel(ReadOnlySpan<byte> answer, ChannelId id, ChainBlock block, out ChannelReading? reading)
    {
        reading = null;
        if (StrictAbi.DecodeOutput<ChannelsOutput>(answer) is not { } channel)
        {
            return false;
        }

        Address sender = Address.Parse(channel.Sender);
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
        new FunctionCallEncoder().EncodeRequest(call, new AttributesToABIExtractor().ExtractFunctionABI(typeof(T)).Sha3Signature).HexToByteArray();
}
