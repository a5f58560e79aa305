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
    ChannelChecks checks, PaymentLedger ledger, UnpaidCalls unpaid, IPaymentEvents events, TimeProvider time, LivePaidCallOptions options)
{
    /// <summary>Conflicts with settles of other replicas after which a voucher is not tried again.</summary>
    private const int MaxConflicts = 100;

    private static readonly TimeSpan s_maxWait = TimeSpan.FromMinutes(5);

    internal async ValueTask<PaymentRefusal?> SettleAsync(ChannelReservation reservation)
    {
        try
        {
            await checks.CatchUpAsync(CancellationToken.None);
            PaymentRefusal? refusal;
            if (reservation.Held is { } held)
            {
                refusal = await WriteVoucherAsync(reservation, held);
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
                events.ExecutedWithoutGrant(reservation.Channel.Id);
                unpaid.CountAbandoned(reservation.Payer);
                break;
            case ReleaseReason.ServiceFailed:
                unpaid.CountFailed(reservation.Payer);
                break;
        }
    }

    private static void Leave(ChannelReservation reservation)
    {
        if (reservation.Held is { } held)
        {
            reservation.Channel.GetVouchers().Remove(held);
        }

        reservation.Channel.Leave(isAlone: reservation.Held is null);
    }

    private PaymentRefusal? Recheck(ChannelReservation reservation, out ChannelReading newest) => checks.Recheck(
        reservation.Channel, reservation.Payment, reservation.Call.Service.Group, reservation.Signed, out newest);

    /// <summary>
    /// The channel's vouchers of this gateway are written one after the other, each checked against the record of the one before. After
    /// a conflict with another replica it is checked again: its slice is usually still open.
    /// </summary>
    private async ValueTask<PaymentRefusal?> WriteVoucherAsync(ChannelReservation reservation, HeldVoucher held)
    {
        Channel channel = reservation.Channel;
        VoucherHolds vouchers = channel.GetVouchers();
        SlotQueue writer = channel.GetVoucherWriter();
        if (!await writer.EnterAsync(Channel.Places, s_maxWait, time, CancellationToken.None))
        {
            return Refusals.NotRecorded();
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
                    ?? TakeSlice(reservation, vouchers.Of(held.Nonce, without: held));
                if (refusal is not null)
                {
                    return refusal;
                }

                SettleWrite write = ledger.Prepare(reservation, newest);
                CommitResult result = await ledger.CommitAsync(write);
                refusal = await ledger.ConcludeAsync(write, result, options.Current.UnknownOutcomeLimit);
                if (refusal is not { Reason: RefusalReason.Busy } || conflicts == MaxConflicts)
                {
                    return refusal;
                }
            }
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>What the voucher makes of the record as it is now; or that another call has spent it.</summary>
    private static PaymentRefusal? TakeSlice(ChannelReservation reservation, IReadOnlyList<HeldVoucher> others)
    {
        ref readonly ChannelPayment payment = ref reservation.Payment;
        ChannelRecord? record = reservation.Channel.RecordOf(reservation.Channel.Chain!);
        UInt256 authorized = ChannelChecks.AuthorizedAt(record, payment.Nonce);
        reservation.CheckedRecord = record;
        reservation.Credit = NextRecord.CreditAt(payment.Nonce, record)
            .Grant(authorized, payment.Amount, reservation.Price, others, out _);
        return reservation.Credit is null ? Refusals.WrongIncome(payment.Amount, authorized, reservation.Price) : null;
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
