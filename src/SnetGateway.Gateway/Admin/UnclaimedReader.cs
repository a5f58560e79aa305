using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Admin;

/// <summary>
/// What consumers have signed and the provider has not claimed, from the channels in memory. It is read for each sample, and there may be a
/// million of them: nothing is allocated for a channel.
/// </summary>
internal sealed class UnclaimedReader(ChannelBook book, IChannelReader chain)
{
    /// <param name="next">So many of the channels that expire first.</param>
    public UnclaimedAmounts Read(int next)
    {
        ulong? head = (chain.Head ?? chain.Cursor)?.Number;
        IReadOnlyCollection<PaymentGroup> groups = book.Groups;
        (UInt256 total, UInt256 atRisk) = (UInt256.Zero, UInt256.Zero);
        int channels = 0;
        var first = new PriorityQueue<(ChannelId Id, Address Sender, UInt256 Amount, UInt256 Expires, bool IsAtRisk), UInt256>(
            Comparer<UInt256>.Create((left, right) => right.CompareTo(left)));
        foreach (Channel channel in book.All)
        {
            UInt256 amount = UnclaimedFunds.Of(channel);
            if (amount.IsZero || (channel.Chain?.Reading ?? channel.Record?.Reading) is not { } reading)
            {
                continue;
            }

            channels++;
            total = total.SaturatingAdd(amount);
            bool isAtRisk = head is { } block
                && reading.Expiration <= UInt256.FromUInt64(block).SaturatingAdd(ThresholdOf(reading, groups));
            atRisk = isAtRisk ? atRisk.SaturatingAdd(amount) : atRisk;
            if (next > 0 && (first.Count < next || reading.Expiration < first.Peek().Expires))
            {
                first.Enqueue((channel.Id, reading.Sender, amount, reading.Expiration, isAtRisk), reading.Expiration);
                if (first.Count > next)
                {
                    first.Dequeue();
                }
            }
        }

        return new UnclaimedAmounts(
            total.ToString(), atRisk.ToString(), channels, head,
            [.. first.UnorderedItems.Select(item => item.Element).OrderBy(one => one.Expires).ThenBy(one => one.Id)
                .Select(one => new ExpiringChannel(
                    one.Id.ToString(), one.Sender.ToString(), one.Amount.ToString(), one.Expires.ToString(),
                    head is { } block ? one.Expires.SaturatingSubtract(block).ToString() : null, one.IsAtRisk))]);
    }

    private static ulong ThresholdOf(ChannelReading reading, IReadOnlyCollection<PaymentGroup> groups)
    {
        foreach (PaymentGroup group in groups)
        {
            if (group.Owns(reading))
            {
                return group.ExpirationThreshold;
            }
        }

        return 0;
    }
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
