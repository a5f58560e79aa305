using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Channels whose reading, or a later claim, was undone by a reorganisation. Their next reading replaces everything known, even if that
/// lowers the nonce, and funds that were spent and then removed are reported.
/// </summary>
internal sealed class ReorganisedChannels(ChannelBook book, ChainMetrics metrics, ILogger logger)
{
    // The value is the loss that was last reported, so that a channel that stays removed is reported once.
    private readonly ConcurrentDictionary<ChannelId, UInt256> _pending = new();

    public void Mark(Channel channel, DateTimeOffset knownThrough)
    {
        _pending.TryAdd(channel.Id, UInt256.Zero);
        channel.MarkReorganised(knownThrough);
    }

    public bool Contains(ChannelId id) => _pending.ContainsKey(id);

    /// <summary>Call with the channel's state after the reorganisation: a reading, or null when it no longer exists.</summary>
    public void Resolve(ChannelId id, ChannelReading? now)
    {
        if (!_pending.TryGetValue(id, out UInt256 reported))
        {
            return;
        }

        UInt256 loss = book.Find(id)?.Record is { } record ? Loss(record, now) : UInt256.Zero;
        if (loss > reported)
        {
            ChainLog.ReorganisationLoss(logger, id, loss);
            metrics.LostToReorganisation(loss.ToDouble());
        }

        if (now is null)
        {
            // Pending until the id is read again: the chain may give it to another channel, whose nonce begins at zero.
            _pending[id] = UInt256.Zero == loss ? reported : loss;
        }
        else
        {
            _pending.TryRemove(id, out _);
        }
    }

    /// <summary>The signed amounts that this chain does not show as claimed, less the funds that are there to claim.</summary>
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
