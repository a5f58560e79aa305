using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Dashboard;

/// <summary>What the chain shows as claimed and is not final yet, from the channels in memory.</summary>
internal static class ClaimedNotFinal
{
    public static UInt256 Of(ChannelBook book)
    {
        UInt256 sum = UInt256.Zero;
        foreach (Channel channel in book.All)
        {
            foreach (SignedTotal earlier in channel.Record?.Earlier ?? [])
            {
                sum = earlier.ShownClaimedAtBlock > 0 ? sum.SaturatingAdd(earlier.Amount) : sum;
            }
        }

        return sum;
    }
}
