using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims;

/// <summary>What the payee signs in requests for claims (docs/protocol/control-services.md, 'Claims').</summary>
public static class ClaimMessages
{
    public static byte[] ListUnclaimed(Address escrow, ulong currentBlock) =>
        [.. "__list_unclaimed"u8, .. escrow.ToBytes(), .. Number(currentBlock)];

    public static byte[] ListInProgress(Address escrow, ulong currentBlock) =>
        [.. "__list_in_progress"u8, .. escrow.ToBytes(), .. Number(currentBlock)];

    /// <summary>Without a block number, so the signature can be used until the nonce moves (trap 25).</summary>
    public static byte[] Start(Address escrow, ChannelId channel, ChannelNonce nonce) =>
        [.. "__start_claim"u8, .. escrow.ToBytes(), .. channel.Value.ToBigEndian(), .. nonce.Value.ToBigEndian()];

    /// <summary>The ids are signed in ascending order, however the request has them; one that comes twice is signed twice.</summary>
    public static byte[] StartAll(Address escrow, IEnumerable<ulong> channels, ulong currentBlock) =>
    [
        .. "__StartClaimForMultipleChannels_"u8, .. escrow.ToBytes(), .. channels.Order().SelectMany(Number), .. Number(currentBlock),
    ];

    private static byte[] Number(ulong number) => UInt256.FromUInt64(number).ToBigEndian();
}
