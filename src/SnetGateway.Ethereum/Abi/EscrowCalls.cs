using System.Numerics;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Abi;

/// <summary>Call data and return values of functions of the escrow contract and its token.</summary>
internal static class EscrowCalls
{
    private static readonly byte[] s_nextChannelIdCall = CallData.Encode(new NextChannelIdFunction());
    private static readonly byte[] s_tokenCall = CallData.Encode(new TokenFunction());

    /// <summary>`nextChannelId()`.</summary>
    public static byte[] NextChannelId() => s_nextChannelIdCall;

    /// <summary>`channels(uint256)`.</summary>
    public static byte[] Channels(ChannelId id) =>
        CallData.Encode(new ChannelsFunction { ChannelId = new BigInteger(id.Value.ToBigEndian(), isUnsigned: true, isBigEndian: true) });

    /// <summary>`multiChannelClaim`: the contract pays the signed total of each channel, which continues at its next nonce.</summary>
    public static byte[] Claim(IReadOnlyList<ContractClaim> claims) => CallData.Encode(new MultiChannelClaimFunction
    {
        ChannelIds = [.. claims.Select(claim => claim.Channel.Value.ToBigInteger())],
        ActualAmounts = [.. claims.Select(claim => claim.Payable.ToBigInteger())],
        PlannedAmounts = [.. claims.Select(claim => claim.Signed.ToBigInteger())],
        IsSendbacks = [.. claims.Select(_ => false)],
        V = [.. claims.Select(claim => claim.Signature.Span[64])],
        R = [.. claims.Select(claim => claim.Signature[..32].ToArray())],
        S = [.. claims.Select(claim => claim.Signature[32..64].ToArray())],
    });

    /// <summary>`token()`.</summary>
    public static byte[] Token() => s_tokenCall;

    /// <summary>`balanceOf(address)` of the token's contract.</summary>
    public static byte[] BalanceOf(Address owner) => CallData.Encode(new BalanceOfFunction { Owner = owner.ToString() });

    /// <summary>Reads the return value of `token()`. False for bytes that the contract cannot return, and for the zero address.</summary>
    public static bool TryReadToken(ReadOnlySpan<byte> output, out Address token)
    {
        const int Padding = UInt256.Size - Address.Size;
        bool isAddress = output.Length == UInt256.Size && !output[..Padding].ContainsAnyExcept((byte)0);
        token = isAddress ? new Address(output[Padding..]) : default;
        return !token.IsZero;
    }

    /// <summary>Reads the return value of `balanceOf(address)`.</summary>
    public static bool TryReadBalance(ReadOnlySpan<byte> output, out UInt256 balance) => TryReadNextChannelId(output, out balance);

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
}
