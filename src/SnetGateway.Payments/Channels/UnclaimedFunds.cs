using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>What the channels in memory are authorized for and the chain does not show as claimed.</summary>
/// <param name="Total">Cogs of all channels.</param>
/// <param name="Channels">Number of channels with such cogs.</param>
/// <param name="Expiring">Cogs in channels that expire soon.</param>
/// <param name="ExpiringChannels">Number of those channels.</param>
/// <param name="First">The channel with unclaimed cogs that expires first; null for none.</param>
/// <param name="FirstExpiration">Block number of its expiry.</param>
public sealed record UnclaimedFunds(
    UInt256 Total, int Channels, UInt256 Expiring, int ExpiringChannels, ChannelId? First, UInt256 FirstExpiration)
{
    public static UnclaimedFunds None { get; } = new(default, 0, default, 0, null, default);

    /// <summary>Adds up the channels. A claim counts as soon as it is seen.</summary>
    /// <param name="book">The channels.</param>
    /// <param name="soon">Block number up to which an expiry is soon.</param>
    public static UnclaimedFunds Read(ChannelBook book, UInt256 soon)
    {
        UInt256 total = default, expiring = default, firstExpiration = UInt256.MaxValue;
        int channels = 0, expiringChannels = 0;
        ChannelId? first = null;
        foreach (Channel channel in book.All)
        {
            UInt256 cogs = Of(channel);
            if (cogs.IsZero)
            {
                continue;
            }

            total = total.SaturatingAdd(cogs);
            channels++;
            if ((channel.Chain?.Reading ?? channel.Record?.Reading)?.Expiration is not { } expiration)
            {
                continue;
            }

            if (expiration < firstExpiration)
            {
                (first, firstExpiration) = (channel.Id, expiration);
            }

            if (expiration <= soon)
            {
                expiring = expiring.SaturatingAdd(cogs);
                expiringChannels++;
            }
        }

        return new UnclaimedFunds(total, channels, expiring, expiringChannels, first, firstExpiration);
    }

    /// <summary>What a channel's record holds, in cogs, for nonces that the chain does not show as claimed.</summary>
    public static UInt256 Of(Channel channel)
    {
        if (channel.Record is not { } record)
        {
            return UInt256.Zero;
        }

        if (channel.Chain is { } chain && channel.RecordOf(chain) is null)
        {
            return UInt256.Zero; // of an earlier channel with this id, which a reorganisation removed
        }

        ChannelNonce claimable = channel.Chain?.Nonce ?? record.Nonce;
        UInt256 cogs = record.Nonce >= claimable ? record.Amount : UInt256.Zero;
        for (int i = 0; i < record.Earlier.Count; i++) // no enumerator: there may be a million channels
        {
            SignedTotal earlier = record.Earlier[i];
            cogs = earlier.ShownClaimedAtBlock == 0 && earlier.Nonce >= claimable ? cogs.SaturatingAdd(earlier.Amount) : cogs;
        }

        return cogs;
    }
}
