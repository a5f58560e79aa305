using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Payments.Settlement;

/// <summary>
/// Ends escrow reservations: checks once more and writes, or gives the slot back. Either way the channel is free afterwards.
/// </summary>
public sealed class ChannelSettlement(
    ChannelChecks checks, PaymentLedger ledger, UnpaidCalls unpaid, IPaymentEvents events, LivePaidCallOptions options)
{
    internal async ValueTask<PaymentRefusal?> SettleAsync(ChannelReservation reservation)
    {
        try
        {
            await checks.CatchUpAsync(CancellationToken.None);
            PaymentRefusal? refusal = checks.Recheck(
                reservation.Channel, reservation.Payment, reservation.Call.Service.Group, reservation.Signed, out ChannelReading newest);

            // A free method of a paid service: the same total again, and nothing to write.
            if (refusal is null && !reservation.Price.IsZero)
            {
                SettleWrite write = ledger.Prepare(reservation, newest);
                CommitResult result = await ledger.CommitAsync(write);
                refusal = await ledger.ConcludeAsync(write, result, options.Current.UnknownOutcomeLimit);
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
            // Free for its next call, even while this response still streams.
            reservation.Channel.Slot.Release();
        }
    }

    internal void Release(ChannelReservation reservation, ReleaseReason reason)
    {
        reservation.Channel.Slot.Release();
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
                // A copy of the payment was executed by another replica, and won: one payment, two executions.
                unpaid.CountAbandoned(reservation.Payer);
                break;
        }
    }
}
