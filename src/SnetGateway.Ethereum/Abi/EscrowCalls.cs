
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Abi;

/// <summary>Call data and answers of the escrow contract's functions (payments.md 14.1).</summary>
internal static class EscrowCalls
{
    private const int SelectorSize = 4;
    private const int Word = 32;

    /// <summary>`nextChannelId()`: the number of channels ever opened.</summary>
    public static byte[] NextChannelId() => [0xf4, 0x60, 0x6f, 0x00];

    /// <summary>`channels(uint256)`.</summary>
    public static byte[] Channels(ChannelId id)
    {
        var data = new byte[SelectorSize + Word];
        new byte[] { 0xe5, 0x94, 0x9b, 0x5d }.CopyTo(data, 0);
        id.Value.WriteBigEndian(data.AsSpan(SelectorSize));
        return data;
    }

    /// <summary>`channelClaim(uint256,uint256,uint256,uint8,bytes32,bytes32,bool)`: what a provider sends to be paid.</summary>
    /// <param name="id">The channel.</param>
    /// <param name="actual">Cogs to take, at most <paramref name="planned"/> and the channel's value.</param>
    /// <param name="planned">Cogs that were signed for.</param>
    /// <param name="signature">65 bytes with v 27 or 28.</param>
    /// <param name="sendBack">Whether what is left goes back to the sender.</param>
    public static byte[] ChannelClaim(ChannelId id, UInt256 actual, UInt256 planned, ReadOnlySpan<byte> signature, bool sendBack)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature.Length, 65);
        var data = new byte[SelectorSize + (7 * Word)];
        new byte[] { 0x1d, 0x41, 0xf8, 0x7c }.CopyTo(data, 0);
        Span<byte> words = data.AsSpan(SelectorSize);
        id.Value.WriteBigEndian(words);
        actual.WriteBigEndian(words[Word..]);
        planned.WriteBigEndian(words[(2 * Word)..]);
        words[(4 * Word) - 1] = signature[64];
        signature[..64].CopyTo(words[(4 * Word)..]);
        words[(7 * Word) - 1] = sendBack ? (byte)1 : (byte)0;
        return data;
    }

    /// <summary>Reads the answer of `nextChannelId()`.</summary>
    public static bool TryReadNextChannelId(ReadOnlySpan<byte> answer, out UInt256 next)
    {
        var reader = new AbiReader(answer);
        next = reader.ReadUInt256();
        return reader.IsComplete;
    }

    /// <summary>Reads the answer of `channels(uint256)`.</summary>
    /// <param name="answer">What the contract returned.</param>
    /// <param name="id">The channel that was asked for.</param>
    /// <param name="block">The block that was asked.</param>
    /// <param name="reading">Null where the sender is zero: there is no such channel.</param>
    /// <returns>False for bytes that the contract cannot have returned.</returns>
    public static bool TryReadChannel(ReadOnlySpan<byte> answer, ChannelId id, ChainBlock block, out ChannelReading? reading)
    {
        var reader = new AbiReader(answer);
        UInt256 nonce = reader.ReadUInt256();
        Address sender = reader.ReadAddress();
        Address signer = reader.ReadAddress();
        Address recipient = reader.ReadAddress();
        Bytes32 group = reader.ReadBytes32();
        UInt256 value = reader.ReadUInt256();
        UInt256 expiration = reader.ReadUInt256();
        reading = sender.IsZero ? null : new ChannelReading
        {
            Id = id,
            Nonce = new ChannelNonce(nonce),
            Sender = sender,
            Signer = signer,
            Recipient = recipient,
            GroupId = group,
            Value = value,
            Expiration = expiration,
            Block = block,
        };
        return reader.IsComplete;
    }
}
