using System.Diagnostics.CodeAnalysis;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Abi;

/// <summary>Topics of the five events that change a channel, and their strict decoding.</summary>
internal static class EscrowEvents
{
    public static readonly Bytes32 ChannelOpen = Topic("172899db3034d5e4e68a2873998cc66a59bad4610fa6319a51f31f75e84452b7");
    public static readonly Bytes32 ChannelClaim = Topic("77c3504a57863d978ba4c28ea297490f1f4814365f5ed32b35cbf5b695db003c");
    public static readonly Bytes32 ChannelSenderClaim = Topic("592ba8545b0ef2ef56ac54c4db27df2bdbb2a60acc1c5a4ac134eccc20cb8096");
    public static readonly Bytes32 ChannelExtend = Topic("f8d4e64f6b2b3db6aaf38b319e259285a48ecd0c5bc0115c9928aba297c73420");
    public static readonly Bytes32 ChannelAddFunds = Topic("b0e2286f86435d8f98d9cf1c908b693792eb905dd03cd40d2b1d23a3e5311a40");

    /// <summary>What is asked of `eth_getLogs`: any of these as the first topic.</summary>
    public static IReadOnlyList<Bytes32> Topics { get; } = [ChannelOpen, ChannelClaim, ChannelSenderClaim, ChannelExtend, ChannelAddFunds];

    /// <summary>Decodes a log of the escrow contract. False for one that the contract cannot have written, or of another event.</summary>
    public static bool TryDecode(IReadOnlyList<Bytes32> topics, ReadOnlySpan<byte> data, [NotNullWhen(true)] out EscrowEvent? decoded)
    {
        decoded = null;
        if (topics.Count == 0)
        {
            return false;
        }

        Span<byte> indexed = stackalloc byte[Bytes32.Size * 3];
        if (topics.Count > 4)
        {
            return false;
        }

        for (int i = 1; i < topics.Count; i++)
        {
            topics[i].WriteTo(indexed[((i - 1) * Bytes32.Size)..]);
        }

        var keys = new AbiReader(indexed[..((topics.Count - 1) * Bytes32.Size)]);
        var words = new AbiReader(data);
        Bytes32 kind = topics[0];
        if (kind == ChannelOpen)
        {
            Address sender = keys.ReadAddress();
            Address recipient = keys.ReadAddress();
            Bytes32 group = keys.ReadBytes32();
            var id = new ChannelId(words.ReadUInt256());
            var nonce = new ChannelNonce(words.ReadUInt256());
            Address signer = words.ReadAddress();
            decoded = new ChannelOpened(id, nonce, sender, signer, recipient, group, words.ReadUInt256(), words.ReadUInt256());
        }
        else if (kind == ChannelClaim)
        {
            var id = new ChannelId(keys.ReadUInt256());
            Address recipient = keys.ReadAddress();
            var nonce = new ChannelNonce(words.ReadUInt256());
            decoded = new ChannelClaimed(
                id, nonce, recipient, words.ReadUInt256(), words.ReadUInt256(), words.ReadUInt256(), words.ReadUInt256());
        }
        else if (kind == ChannelSenderClaim)
        {
            decoded = new ChannelSenderClaimed(
                new ChannelId(keys.ReadUInt256()), new ChannelNonce(words.ReadUInt256()), words.ReadUInt256());
        }
        else if (kind == ChannelExtend)
        {
            decoded = new ChannelExtended(new ChannelId(keys.ReadUInt256()), words.ReadUInt256());
        }
        else if (kind == ChannelAddFunds)
        {
            decoded = new ChannelFundsAdded(new ChannelId(keys.ReadUInt256()), words.ReadUInt256());
        }

        if (!keys.IsComplete || !words.IsComplete)
        {
            decoded = null;
        }

        return decoded is not null;
    }

    private static Bytes32 Topic(string hex) => new(Convert.FromHexString(hex));
}
