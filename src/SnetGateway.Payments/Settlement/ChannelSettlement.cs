using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.Payments.Vouchers;

namespace SnetGateway.Payments.Settlement;

/// <summary>
/// Ends escrow reservations: checks once more and writes, or gives the slot back. Either way the channel is free afterwards.
/// </summary>
public sealed class ChannelSettlement(
    ChannelChecks checks, PaymentLedger ledger, GiveBacks giveBacks, UnpaidCalls unpaid, IPaymentEvents events, TimeProvider time,
    LivePaidCallOptions options)
{
    /// <summary>Conflicts with writes of other replicas after which a write is not tried again.</summary>
    private const int MaxConflicts = 100;

    private static readonly TimeSpan s_maxWait = TimeSpan.FromMinutes(5);

    internal async ValueTask<PaymentRefusal?> SettleAsync(ChannelReservation reservation)
    {
        try
        {
            await checks.CatchUpAsync(CancellationToken.None);
            PaymentRefusal? refusal;
            if (reservation.Held is not null || (reservation.Channel.HasSeveralWriters && !reservation.Price.IsZero))
            {
                refusal = await WriteInTurnAsync(reservation);
            }
            else
            {
                refusal = Recheck(reservation, out ChannelReading newest);

                // A free method of a paid service: the same total again, and nothing to write.
                if (refusal is null && !reservation.Price.IsZero)
                {
                    SettleWrite write = ledger.Prepare(reservation, newest);
                    CommitResult result = await ledger.CommitAsync(write);
                    refusal = await ledger.ConcludeAsync(write, result, options.Current.UnknownOutcomeLimit);
                    if (MayRepeat(reservation, refusal))
                    {
                        refusal = await WriteInTurnAsync(reservation, refusal!.Reason == RefusalReason.OutcomeUnknown);
                    }
                }
            }

            if (refusal is not null)
            {
                Report(reservation, refusal.Reason);
            }

            return refusal;
        }
        catch
        {
            Report(reservation, RefusalReason.OutcomeUnknown);
            throw;
        }
        finally
        {
            Leave(reservation); // free for its next call, even while this response still streams
        }
    }

    internal void Release(ChannelReservation reservation, ReleaseReason reason)
    {
        Leave(reservation);
        switch (reason)
        {
            case ReleaseReason.ClientDisconnected:
                unpaid.CountAbandoned(reservation.Payer); // before the event: who learns of it finds the pause in force
                events.ExecutedWithoutGrant(reservation.Channel.Id);
                break;
            case ReleaseReason.ServiceFailed:
                unpaid.CountFailed(reservation.Payer);
                break;
        }
    }

    /// <summary>Ends a settled call with a metered price. Returns what is charged, in cogs.</summary>
    internal ValueTask<UInt256> GiveBackAsync(MeteredReservation reservation, UInt256 price) => giveBacks.WriteAsync(reservation, price);

    private static void Leave(ChannelReservation reservation)
    {
        if (reservation.Held is { } held)
        {
            reservation.Channel.GetVouchers().Remove(held);
        }

        reservation.Channel.Leave(reservation.IsAlone);
    }

    private PaymentRefusal? Recheck(ChannelReservation reservation, out ChannelReading newest) => checks.Recheck(
        reservation.Channel, reservation.Payment, reservation.Call.Service.Group, reservation.Signed, out newest);

    /// <summary>
    /// Writes of this gateway to the channel are made one after the other, each checked against the record of the one before. After a
    /// conflict with another replica it is checked again: a voucher's slice is usually still open.
    /// </summary>
    /// <param name="reservation">The payment.</param>
    /// <param name="mayBeWritten">
    /// Whether a write of it may have won that the record no longer remembers. If it has, the payment is spent, so one that is not can be
    /// written; and a refusal of one that is must not say that nothing was charged.
    /// </param>
    private async ValueTask<PaymentRefusal?> WriteInTurnAsync(ChannelReservation reservation, bool mayBeWritten = false)
    {
        Channel channel = reservation.Channel;
        SlotQueue writer = channel.GetVoucherWriter();
        if (!await writer.EnterAsync(Channel.Places, s_maxWait, time, CancellationToken.None))
        {
            return mayBeWritten ? Refusals.OutcomeUnknown() : Refusals.NotRecorded();
        }

        try
        {
            for (int conflicts = 0; ; conflicts++)
            {
                if (channel.InDoubt && !await ledger.ClearDoubtAsync(channel, options.Current.UnknownOutcomeLimit))
                {
                    return Refusals.OutcomeUnknown();
                }

                PaymentRefusal? refusal = Recheck(reservation, out ChannelReading newest)
                    ?? (reservation.Held is { } held ? TakeSlice(reservation, held) : TakeRecord(reservation));
                if (refusal is not null)
                {
                    return mayBeWritten ? Refusals.OutcomeUnknown() : refusal;
                }

                SettleWrite write = ledger.Prepare(reservation, newest);
                CommitResult result = await ledger.CommitAsync(write);
                refusal = await ledger.ConcludeAsync(write, result, options.Current.UnknownOutcomeLimit);
                if (!MayRepeat(reservation, refusal) || conflicts == MaxConflicts)
                {
                    return refusal;
                }

                mayBeWritten = refusal!.Reason == RefusalReason.OutcomeUnknown;
            }
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>
    /// Whether a write that lost to another replica may be right on the new record: a voucher usually is, and another payment if that
    /// replica only gave credit back. So may one that the record has forgotten, unless it is still in doubt. The other record of a joined
    /// write has to be checked by its owner.
    /// </summary>
    private static bool MayRepeat(ChannelReservation reservation, PaymentRefusal? refusal)
    {
        Channel channel = reservation.Channel;
        return refusal is { Reason: RefusalReason.Busy or RefusalReason.OutcomeUnknown } && reservation.Joined is null
            && (refusal.Reason == RefusalReason.Busy || !channel.InDoubt)
            && (reservation.Held is not null || channel.Record?.Revision != reservation.CheckedRecord?.Revision);
    }

    /// <summary>
    /// The record as it is now, where the amount was checked against an earlier one and is still right: only the credit has changed.
    /// </summary>
    private static PaymentRefusal? TakeRecord(ChannelReservation reservation)
    {
        ChannelNonce nonce = reservation.Payment.Nonce;
        if (CheckNewest(reservation, out ChannelRecord? record) is { } claimed)
        {
            return claimed;
        }

        UInt256 authorized = ChannelChecks.AuthorizedAt(record, nonce);
        if (authorized != ChannelChecks.AuthorizedAt(reservation.CheckedRecord, nonce))
        {
            return Refusals.Busy(reservation.Channel.Id);
        }

        reservation.CheckedRecord = record;
        return null;
    }

    /// <summary>What the voucher makes of the record as it is now; or that another call has spent it.</summary>
    private static PaymentRefusal? TakeSlice(ChannelReservation reservation, HeldVoucher held)
    {
        IReadOnlyList<HeldVoucher> others = reservation.Channel.GetVouchers().Of(held.Nonce, without: held);
        ref readonly ChannelPayment payment = ref reservation.Payment;
        if (CheckNewest(reservation, out ChannelRecord? record) is { } claimed)
        {
            return claimed;
        }

        UInt256 authorized = ChannelChecks.AuthorizedAt(record, payment.Nonce);
        reservation.CheckedRecord = record;
        reservation.Credit = NextRecord.CreditAt(payment.Nonce, record)
            .Grant(authorized, payment.Amount, reservation.Price, others, out _);
        return reservation.Credit is null ? Refusals.WrongIncome(payment.Amount, authorized, reservation.Price) : null;
    }

    /// <summary>
    /// The record as it is now. A claim may have been started since the check before: a write on its record would take the channel back to
    /// the claimed nonce.
    /// </summary>
    private static PaymentRefusal? CheckNewest(ChannelReservation reservation, out ChannelRecord? record)
    {
        ChannelChainState chain = reservation.Channel.Chain!;
        record = reservation.Channel.RecordOf(chain);
        return ChannelChecks.CheckNonce(Channel.CurrentNonce(chain, record), reservation.Payment.Nonce);
    }

    private void Report(ChannelReservation reservation, RefusalReason reason)
    {
        if (reservation.Joined is null)
        {
            events.ExecutedWithoutGrant(reservation.Channel.Id); // a purchase executes nothing
        }

        switch (reason)
        {
            case RefusalReason.NotRecorded:
                events.NotWritten(reservation.Channel.Id);
                break;
            case RefusalReason.OutcomeUnknown:
                events.OutcomeUnknown(reservation.Channel.Id);
                break;
            case RefusalReason.Busy when reservation.Joined is null:
            case RefusalReason.WrongAmount when reservation.Held is not null:
                // A copy of the payment was executed by another replica, and won: one payment, two executions.
                unpaid.CountAbandoned(reservation.Payer);
                break;
        }
    }
}
