using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims;

/// <summary>
/// Starts claims for the payee, who sends them to the contract. A claim is started by one conditional write of the channel's record: the
/// nonce moves, and the signed total is kept in the same record until the chain is final about it. So nothing is half done after a crash
/// (trap 28), of two claimers one moves the nonce (trap 27), and a call that runs settles against a record that is gone.
/// </summary>
public sealed class ClaimStarts(
    ChannelBook book,
    ClaimAccess access,
    IChannelReader chainReader,
    PaymentLedger ledger,
    IPaymentEvents events,
    TimeProvider time,
    LivePaidCallOptions options)
{
    /// <summary>Writes that lose to payments of the channel, after which the claim has to be started later.</summary>
    private const int MaxAttempts = 100;

    private const string Unwritable =
        "Channel storage error: the ledger cannot be read or written now; a claim that was started is among those in progress";

    private const string OfOthers = "recipient Address from org metadata does not Match on what was retrieved from Channel";

    /// <summary>Starts the claim of one channel.</summary>
    /// <param name="id">The channel.</param>
    /// <param name="request">Signed by the payee over the channel's current nonce.</param>
    /// <param name="cancellationToken">Ends waits, and never a write.</param>
    public async ValueTask<ClaimReply> StartAsync(ChannelId id, ClaimRequest request, CancellationToken cancellationToken)
    {
        if (access.CheckEscrow(request) is { } other)
        {
            return ClaimReply.Refused(other);
        }

        if (Find(id, null, out Channel? channel) is { } unknown)
        {
            return ClaimReply.Refused(access.Limited(request, unknown));
        }

        ChannelChainState chain = channel!.Chain!;
        ChannelNonce nonce = channel.CurrentNonce(chain);
        return access.CheckStart(request, id, nonce, chain.Reading.Recipient) is { } refusal
            ? ClaimReply.Refused(refusal)
            : await StartAsync(channel, chain.Reading.Recipient, nonce, cancellationToken);
    }

    /// <summary>
    /// Starts the claims of several channels, in this order, up to the first that fails. Those before it stay started, and are among those
    /// in progress (trap 29).
    /// </summary>
    /// <param name="ids">The channels.</param>
    /// <param name="currentBlock">The block number that the payee signed.</param>
    /// <param name="request">Signed by the payee over the ids and the block number.</param>
    /// <param name="cancellationToken">Ends waits, and never a write.</param>
    public async ValueTask<ClaimReply> StartAllAsync(
        IReadOnlyList<ulong> ids, ulong currentBlock, ClaimRequest request, CancellationToken cancellationToken)
    {
        byte[] message = ClaimMessages.StartAll(access.Escrow, ids, currentBlock);
        (Address payee, string? refusal) = await access.CheckAsync(request, currentBlock, message, cancellationToken);
        var started = new List<ClaimablePayment>();
        foreach (ulong id in refusal is null ? ids : [])
        {
            if (Find(new ChannelId(id), payee, out Channel? channel) is { } unknown)
            {
                return ClaimReply.Refused(unknown);
            }

            ClaimReply one = await StartAsync(channel!, payee, null, cancellationToken);
            if (one.Refusal is not null)
            {
                return one;
            }

            started.AddRange(one.Payments);
        }

        return refusal is null ? new ClaimReply(started, null) : ClaimReply.Refused(refusal);
    }

    /// <summary>A channel of a group that is served. Null when it was found; otherwise the text.</summary>
    private string? Find(ChannelId id, Address? payee, out Channel? channel)
    {
        // What was ever paid is in memory. A channel without a payment has nothing to claim, and is not looked for on the chain.
        channel = book.Find(id);
        return channel?.Chain is not { } chain ? $"channel Id {id} was not found on blockchain or storage"
            : !book.Groups.Any(group => group.Owns(chain.Reading)) || (payee is { } asks && asks != chain.Reading.Recipient) ? OfOthers
            : null;
    }

    private async ValueTask<ClaimReply> StartAsync(
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

            if (refusal.Reason is RefusalReason.OutcomeUnknown or RefusalReason.NotRecorded)
            {
                return ClaimReply.Refused(Unwritable);
            }
        }

        return InProgress(channel);
    }

    private static ClaimReply InProgress(Channel channel) => ClaimReply.Refused(Refusals.Busy(channel.Id).Message);
}
