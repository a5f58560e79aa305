using SnetGateway.Ethereum.Follower;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Admin;

/// <summary>What consumers have signed and the provider has not claimed, from the channels in memory.</summary>
internal sealed class UnclaimedReader(ChannelBook book, ChainFollower chain)
{
    /// <param name="next">So many of the channels that expire first.</param>
    public UnclaimedAmounts Read(int next)
    {
        ulong? head = (chain.Head ?? chain.Cursor)?.Number;
        IReadOnlyCollection<PaymentGroup> groups = book.Groups;
        (UInt256 total, UInt256 atRisk) = (UInt256.Zero, UInt256.Zero);
        int channels = 0;
        var first = new PriorityQueue<ExpiringChannel, UInt256>(Comparer<UInt256>.Create((left, right) => right.CompareTo(left)));
        foreach (Channel channel in book.All)
        {
            UInt256 amount = Of(channel);
            if (amount.IsZero || (channel.Chain?.Reading ?? channel.Record?.Reading) is not { } reading)
            {
                continue;
            }

            channels++;
            total = total.SaturatingAdd(amount);
            ulong threshold = groups.FirstOrDefault(group => group.Owns(reading))?.ExpirationThreshold ?? 0;
            bool isAtRisk = head is { } block && reading.Expiration <= UInt256.FromUInt64(block).SaturatingAdd(threshold);
            atRisk = isAtRisk ? atRisk.SaturatingAdd(amount) : atRisk;
            first.Enqueue(View(channel.Id, reading, amount, head, isAtRisk), reading.Expiration);
            if (first.Count > next)
            {
                first.Dequeue();
            }
        }

        return new UnclaimedAmounts(
            total.ToString(), atRisk.ToString(), channels, head,
            [.. first.UnorderedItems.OrderBy(item => item.Priority).ThenBy(item => item.Element.Channel, StringComparer.Ordinal)
                .Select(item => item.Element)]);
    }

    /// <summary>What is signed for the channel's nonces that the chain does not show as claimed.</summary>
    internal static UInt256 Of(Channel channel)
    {
        if (channel.Record is not { } record)
        {
            return UInt256.Zero;
        }

        ChannelNonce claimable = channel.Chain?.Nonce ?? record.Nonce;
        UInt256 amount = record.Nonce >= claimable ? record.Amount : UInt256.Zero;
        return record.Earlier.Where(earlier => earlier.ShownClaimedAtBlock == 0 && earlier.Nonce >= claimable)
            .Aggregate(amount, (sum, earlier) => sum.SaturatingAdd(earlier.Amount));
    }

    private static ExpiringChannel View(ChannelId id, ChannelReading reading, UInt256 amount, ulong? head, bool isAtRisk) => new(
        id.ToString(), reading.Sender.ToString(), amount.ToString(), reading.Expiration.ToString(),
        head is { } block ? reading.Expiration.SaturatingSubtract(block).ToString() : null, isAtRisk);
}

/// <summary>Signed amounts that are not claimed, in cogs.</summary>
/// <param name="Total">All of them.</param>
/// <param name="AtRisk">Those of channels that expire within their group's threshold, or have expired: the sender may take them
/// back.</param>
/// <param name="Channels">Channels that have any.</param>
/// <param name="Head">The block that this counts from; null while none is known, and then nothing counts as at risk.</param>
/// <param name="Next">The channels that expire first.</param>
internal sealed record UnclaimedAmounts(
    string Total, string AtRisk, int Channels, ulong? Head, IReadOnlyList<ExpiringChannel> Next);

/// <summary>A channel with an unclaimed amount.</summary>
/// <param name="Channel">Its id.</param>
/// <param name="Sender">Whose tokens it holds.</param>
/// <param name="Unclaimed">What is signed and not claimed, in cogs.</param>
/// <param name="Expiration">The block from which the sender can take everything back.</param>
/// <param name="BlocksLeft">Blocks until then; null while no block is known.</param>
/// <param name="IsAtRisk">Whether it expires within its group's threshold.</param>
internal sealed record ExpiringChannel(
    string Channel, string Sender, string Unclaimed, string Expiration, string? BlocksLeft, bool IsAtRisk);
