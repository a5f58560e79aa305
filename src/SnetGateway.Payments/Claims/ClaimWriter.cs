using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims;

/// <summary>
/// Starts a claim by one conditional write of the channel's record: the nonce moves, and the signed total is kept in the same record until
/// the chain is final about it. So nothing is half done after a crash (trap 28), of two claimers one moves the nonce (trap 27), and a call
/// that runs settles against a record that is gone.
/// </summary>
public sealed class ClaimWriter(
    IChannelReader chainReader, PaymentLedger ledger, IPaymentEvents events, TimeProvider time, LivePaidCallOptions options)
{
    /// <summary>The text for a channel that pays others.</summary>
    internal const string OfOthers = "recipient Address from org metadata does not Match on what was retrieved from Channel";

    /// <summary>Writes that lose to payments of the channel, after which the claim has to be started later.</summary>
    private const int MaxAttempts = 100;

    private const string Unwritable =
        "Channel storage error: the ledger cannot be read or written now; a claim that was started is among those in progress";

    /// <summary>Starts the claim of what the channel's record holds.</summary>
    /// <param name="channel">A channel that the chain is known of.</param>
    /// <param name="payee">Whom the channel must pay.</param>
    /// <param name="nonce">Only at this nonce; null for the channel's own.</param>
    /// <param name="cancellationToken">Ends waits, and never a write.</param>
    internal async ValueTask<ClaimReply> StartAsync(
        Channel channel, Address payee, ChannelNonce? nonce, CancellationToken cancellationToken)
    {
        await chainReader.CatchUpAsync(cancellationToken);
        if (channel.Chain!.Freshness is not (ReadingFreshness.Fresh or ReadingFreshness.Recorded))
        {
            // If the chain cannot be read, what is known counts: what is signed does not depend on it.
            await chainReader.ReadChannelAsync(channel.Id, ReadPriority.KnownParty, cancellationToken);
        }

        // Concurrent calls write one after the other, without a pause in which this write could win.
        SlotQueue? writer = channel.HasSeveralWriters ? channel.GetVoucherWriter() : null;
        if (writer is not null && !await writer.EnterAsync(Channel.Places, options.Current.MaxWait, time, cancellationToken))
        {
            return InProgress(channel);
        }

        try
        {
            return await WriteAsync(channel, payee, nonce, cancellationToken);
        }
        finally
        {
            writer?.Release();
        }
    }

    /// <summary>Reads the record of a channel again. Throws <see cref="StoreUnavailableException"/>.</summary>
    internal ValueTask ReadAsync(Channel channel, CancellationToken cancellationToken) => ledger.ReadAsync(channel, cancellationToken);

    private async ValueTask<ClaimReply> WriteAsync(
        Channel channel, Address payee, ChannelNonce? nonce, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await ledger.ReadAsync(channel, cancellationToken);
            }
            catch (StoreUnavailableException)
            {
                return ClaimReply.Refused(Unwritable);
            }

            ChannelChainState chain = channel.Chain!;
            ChannelRecord? record = channel.RecordOf(chain);
            ChannelNonce current = Channel.CurrentNonce(chain, record);
            if (chain.Reading.Recipient != payee)
            {
                return ClaimReply.Refused(OfOthers); // a reorganisation gave the id to others
            }

            if (nonce is { } signed && signed != current)
            {
                return InProgress(channel); // another claimer was first, and this one has not signed for the next nonce
            }

            if (record is null || record.Nonce != current || record.Amount.IsZero)
            {
                return ClaimReply.Refused($"authorized amount is zero , hence nothing to claim on the channel Id: {channel.Id}");
            }

            if (!NextRecord.HasRoomForClaim(record, chain.Reading))
            {
                if (await MakesRoomAsync(channel, cancellationToken))
                {
                    continue;
                }

                return ClaimReply.Refused(
                    $"channel Id {channel.Id} has {ChannelRecordCodec.MaxEarlier} claims that are not final; claim again when they are");
            }

            SettleWrite write = ledger.PrepareClaim(channel, record, chain.Reading);
            CommitResult result = await ledger.CommitAsync(write);
            PaymentRefusal? refusal = await ledger.ConcludeAsync(write, result, options.Current.UnknownOutcomeLimit);
            if (refusal is null)
            {
                events.ClaimStarted(channel.Id, record.Nonce, record.Amount);
                var payment = new ClaimablePayment(
                    channel.Id, record.Nonce, record.Amount, record.Signature, chain.Reading.Expiration);
                return new ClaimReply([payment], null);
            }

            if (result.Outcome != CommitOutcome.Conflict && refusal.Reason is RefusalReason.OutcomeUnknown or RefusalReason.NotRecorded)
            {
                return ClaimReply.Refused(Unwritable);
            }
        }

        return InProgress(channel);
    }

    /// <summary>
    /// Reads the channel: a reading is kept as long as nothing happens in the channel, and by an old one no claim since then is final.
    /// </summary>
    private async ValueTask<bool> MakesRoomAsync(Channel channel, CancellationToken cancellationToken)
    {
        await chainReader.ReadChannelAsync(channel.Id, ReadPriority.KnownParty, cancellationToken);
        ChannelChainState chain = channel.Chain!;
        if (channel.RecordOf(chain) is not { } record)
        {
            return true; // a reorganisation gave the id to others, whose claims say nothing of these: the next attempt refuses
        }

        bool hasRoom = NextRecord.HasRoomForClaim(record, chain.Reading);
        if (!hasRoom && NextRecord.ShowsMoreClaims(record, chain.Reading))
        {
            // Else they would count from the next payment on, which may never come.
            await ledger.NoteClaimsAsync(channel, record, chain.Reading);
        }

        return hasRoom;
    }

    private static ClaimReply InProgress(Channel channel) => ClaimReply.Refused(Refusals.Busy(channel.Id).Message);
}
