using Microsoft.Extensions.Logging;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>Applies the escrow contract's events to the known channels: marks them, has them read again, and reports claims.</summary>
internal sealed class EventApplier(ChannelBook book, RecentEvents events, StaleChannels stale, ILogger logger)
{
    /// <summary>Called for each claim of a known channel, in order. Must not block.</summary>
    public Action<ChannelClaimSeen>? ClaimSeen { get; set; }

    /// <summary>Called with the newest block that is left, after a reorganisation. Claims after it are undone. Must not block.</summary>
    public Action<ulong>? ClaimsUndone { get; set; }

    /// <summary>Called when the sender of a known channel took everything back, with the cogs that were signed and not claimed. Must not
    /// block.</summary>
    public Action<ChannelId, UInt256>? FundsTakenBack { get; set; }

    /// <summary>The events of the newest blocks.</summary>
    public RecentEvents Recent => events;

    /// <summary>Marks a channel after an event: with the new nonce of a claim, otherwise as outdated.</summary>
    public static void Mark(Channel channel, ChannelNonce? newNonce, DateTimeOffset knownThrough)
    {
        if (newNonce is { } nonce)
        {
            channel.MarkClaimed(nonce, knownThrough);
        }
        else
        {
            channel.MarkOutdated(knownThrough);
        }
    }

    /// <param name="logs">Logs of the contract, in order. Throws for one that the contract cannot write.</param>
    /// <param name="knownThrough">Time up to which the channels' events were complete before these.</param>
    public void Apply(IReadOnlyList<LogEntry> logs, DateTimeOffset knownThrough)
    {
        foreach (LogEntry log in logs)
        {
            if (!EscrowEvents.TryDecode(log.Topics, log.Data.Span, out EscrowEvent? decoded))
            {
                throw EthereumQueries.Malformed("eth_getLogs");
            }

            if (decoded is ChannelOpened)
            {
                continue; // a channel is read when it first pays
            }

            ChannelNonce? newNonce = decoded.NewNonce;

            // Recorded before the channel is marked: a reading in flight then finds either the mark or the recorded event.
            events.Add(decoded.Channel, log.BlockNumber, newNonce);
            if (book.Find(decoded.Channel) is not { } channel)
            {
                continue;
            }

            UInt256 lost = decoded is ChannelSenderClaimed ? UnclaimedFunds.Of(channel) : default;
            if (channel.Chain is { } chain && (chain.Reading.Block.Number < log.BlockNumber || newNonce > chain.Nonce))
            {
                Mark(channel, newNonce, knownThrough);
                stale.Add(channel.Id);
            }

            if (decoded is ChannelClaimed claim)
            {
                Report(claim, new ChainBlock(log.BlockNumber, log.BlockHash, knownThrough));
            }
            else if (!lost.IsZero)
            {
                FundsTakenBack?.Invoke(channel.Id, lost);
            }
        }
    }

    /// <summary>Takes in that the blocks after <paramref name="ancestor"/> are undone, and returns the channels of their events.</summary>
    public IReadOnlyCollection<ChannelId> Undo(ulong ancestor)
    {
        ClaimsUndone?.Invoke(ancestor);
        return events.DropAfter(ancestor);
    }

    private void Report(ChannelClaimed claim, ChainBlock block)
    {
        try
        {
            ClaimSeen?.Invoke(new ChannelClaimSeen(
                claim.Channel, claim.NewNonce!.Value, claim.ClaimAmount.ToUInt256(), claim.PlannedAmount.ToUInt256(), block));
        }
#pragma warning disable CA1031 // A failing handler must not stop the follower.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            ChainLog.ClaimHandlerFailed(logger, exception, claim.Channel);
        }
    }
}
