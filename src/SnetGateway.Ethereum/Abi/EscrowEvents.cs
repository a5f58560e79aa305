using System.Diagnostics.CodeAnalysis;
using Nethereum.ABI.FunctionEncoding.Attributes;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Abi;

/// <summary>Topics of the five events that change a channel, and their strict decoding.</summary>
internal static class EscrowEvents
{
    public static readonly Bytes32 ChannelOpen = Topic<ChannelOpened>();
    public static readonly Bytes32 ChannelClaim = Topic<ChannelClaimed>();
    public static readonly Bytes32 ChannelSenderClaim = Topic<ChannelSenderClaimed>();
    public static readonly Bytes32 ChannelExtend = Topic<ChannelExtended>();
    public static readonly Bytes32 ChannelAddFunds = Topic<ChannelFundsAdded>();

    private static readonly Dictionary<Bytes32, Func<IReadOnlyList<Bytes32>, ReadOnlySpan<byte>, EscrowEvent?>> s_decoders = new()
    {
        [ChannelOpen] = StrictAbi.DecodeLog<ChannelOpened>,
        [ChannelClaim] = StrictAbi.DecodeLog<ChannelClaimed>,
        [ChannelSenderClaim] = StrictAbi.DecodeLog<ChannelSenderClaimed>,
        [ChannelExtend] = StrictAbi.DecodeLog<ChannelExtended>,
        [ChannelAddFunds] = StrictAbi.DecodeLog<ChannelFundsAdded>,
    };

    /// <summary>The filter for `eth_getLogs`: any of these as the first topic.</summary>
    public static IReadOnlyList<Bytes32> Topics { get; } = [.. s_decoders.Keys];

    /// <summary>Decodes a log of the escrow contract. False for another event, and for bytes that the contract cannot write.</summary>
    public static bool TryDecode(IReadOnlyList<Bytes32> topics, ReadOnlySpan<byte> data, [NotNullWhen(true)] out EscrowEvent? decoded)
    {
        decoded = topics.Count > 0 && s_decoders.TryGetValue(
            topics[0], out Func<IReadOnlyList<Bytes32>, ReadOnlySpan<byte>, EscrowEvent?>? decode) ? decode(topics, data) : null;
        return decoded is not null;
    }

    private static Bytes32 Topic<T>() =>
        new(Convert.FromHexString(new AttributesToABIExtractor().ExtractEventABI(typeof(T)).Sha3Signature));
}
