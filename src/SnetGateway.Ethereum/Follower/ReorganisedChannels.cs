using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Channels whose reading, or a claim seen since, was undone: the next reading replaces what was known, even if that takes a nonce back, and
/// what was served on funds that are gone is reported.
/// </summary>
internal sealed class ReorganisedChannels(ChannelBook book, ChainMetrics metrics, ILogger logger)
{
    // The value is the loss last reported, so that a channel that stays gone is reported once.
    private readonly ConcurrentDictionary<ChannelId, UInt256> _open = new();

    public void Mark(Channel channel, DateTimeOffset knownThrough)
    {
        _open.TryAdd(channel.Id, UInt256.Zero);
        channel.MarkReorganised(knownThrough);
    }

    public bool Contains(ChannelId id) => _open.ContainsKey(id);

    /// <summary>Takes in what the chain says now: a reading, or that there is no such channel any more.</summary>
    public void Settle(ChannelId id, ChannelReading? now)
    {
        if (!_open.TryGetValue(id, out UInt256 reported))
        {
            return;
        }

        UInt256 loss = book.Find(id)?.Record is { } record ? Loss(record, now) : UInt256.Zero;
        if (loss > reported)
        {
            ChainLog.ReorganisationLoss(logger, id, loss);
            metrics.LostToReorganisation((double)System.Numerics.BigInteger.Parse(loss.ToString(), System.Globalization.CultureInfo.InvariantCulture));
        }

        if (now is null)
        {
            // Open until the id is read again: it may be given to another channel, whose nonces begin at zero.
            _open[id] = UInt256.Zero == loss ? reported : loss;
        }
        else
        {
            _open.TryRemove(id, out _);
        }
    }

    /// <summary>What was signed and is not yet claimed on this chain, less what is there to claim it from.</summary>
    internal static UInt256 Loss(ChannelRecord record, ChannelReading? now)
    {
        bool isSame = now is not null && now.Sender == record.Sender && now.Signer == record.Signer;
        UInt256 owed = !isSame || record.Nonce >= now!.Nonce ? record.Amount : UInt256.Zero;
        foreach (SignedTotal total in record.Earlier)
        {
            if (!isSame || total.Nonce >= now!.Nonce)
            {
                owed = owed.SaturatingAdd(total.Amount);
            }
        }

        return owed.SaturatingSubtract(isSame ? now!.Value : UInt256.Zero);
    }
}
