using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;

namespace SnetGateway.Payments.Admission;

/// <summary>Makes a channel's record one that a payment can be checked against. For nearly every call there is nothing to do.</summary>
public sealed class RecordPreparation(
    IChannelReader chainReader, PaymentLedger ledger, IPaymentEvents events, TimeProvider time, LivePaidCallOptions options)
{
    /// <summary>
    /// Resolves what an earlier call left in doubt, and sets a record aside that belongs to an earlier channel with this id. Waits for
    /// other writes of the channel: one that has not ended is not in doubt.
    /// </summary>
    internal async ValueTask<PaymentRefusal?> PrepareAsync(
        Channel channel, ChannelReading signed, CancellationToken cancellationToken)
    {
        if (!channel.HasSeveralWriters)
        {
            return await PrepareInTurnAsync(channel, signed, cancellationToken);
        }

        SlotQueue writer = channel.GetVoucherWriter();
        if (!await writer.EnterAsync(Channel.Places, options.Current.MaxWait, time, cancellationToken))
        {
            return Refusals.Busy(channel.Id);
        }

        try
        {
            return await PrepareInTurnAsync(channel, signed, cancellationToken);
        }
        finally
        {
            writer.Release();
        }
    }

    private async ValueTask<PaymentRefusal?> PrepareInTurnAsync(
        Channel channel, ChannelReading signed, CancellationToken cancellationToken)
    {
        if (channel.InDoubt && !await ledger.ClearDoubtAsync(channel, options.Current.UnknownOutcomeLimit))
        {
            return Refusals.OutcomeUnknown();
        }

        ChannelChainState chain = channel.Chain!;
        if (ChannelChecks.CheckParties(chain, signed) is { } changed)
        {
            return changed;
        }

        if (channel.Record is { } old && channel.RecordOf(chain) is null)
        {
            if ((await ConfirmPartiesAsync(channel, chain, old, cancellationToken)
                ?? ChannelChecks.CheckParties(chain = channel.Chain!, signed)) is { } unconfirmed)
            {
                return unconfirmed;
            }

            events.RecordSetAside(channel.Id, old.Amount);
            if (!await ledger.SetAsideAsync(channel, chain, old))
            {
                return Refusals.NotRecorded();
            }
        }

        return null;
    }

    /// <summary>
    /// Before a record is set aside for a reading that is not newer than the record's own: another replica may have seen a reorganisation
    /// that this gateway has not, and its record is then the right one.
    /// </summary>
    private async ValueTask<PaymentRefusal?> ConfirmPartiesAsync(
        Channel channel, ChannelChainState chain, ChannelRecord record, CancellationToken cancellationToken)
    {
        if (record.Reading is not { } recorded || recorded.Block.Number < chain.Reading.Block.Number)
        {
            return null;
        }

        ChannelReadResult read = await chainReader.ReadChannelAsync(channel.Id, ReadPriority.KnownParty, cancellationToken);
        return read != ChannelReadResult.Found || recorded.Block.Number > channel.Chain!.Reading.Block.Number
            ? Refusals.ChainUnavailable()
            : null;
    }
}
