using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;

namespace SnetGateway.Payments.Prepaid;

/// <summary>Ends reservations of prepaid calls: checks once more and writes what is used, or gives it back.</summary>
public sealed class PrepaidSettlement(
    ChannelChecks checks, ClaimedAmounts claimed, CounterLedger counters, UnpaidCalls unpaid, IPaymentEvents events)
{
    internal async ValueTask<PaymentRefusal?> SettleAsync(PrepaidReservation reservation)
    {
        PaymentRefusal? refusal = await RecheckAsync(reservation);
        if (refusal is not null)
        {
            reservation.Use.Release();
            events.ExecutedWithoutGrant(reservation.Channel.Id);
            return refusal;
        }

        switch (await counters.SettleAsync(reservation.Use))
        {
            case CounterOutcome.Done:
                return null;
            case CounterOutcome.Exceeded:
                // Another replica granted calls of the same plan first.
                events.ExecutedWithoutGrant(reservation.Channel.Id);
                unpaid.CountAbandoned(reservation.Signed.Sender);
                return Refusals.UsageExceeded(reservation.Channel.Id);
            case CounterOutcome.NotWritten:
                events.ExecutedWithoutGrant(reservation.Channel.Id);
                events.NotWritten(reservation.Channel.Id);
                return Refusals.NotRecorded();
            default:
                events.ExecutedWithoutGrant(reservation.Channel.Id);
                events.OutcomeUnknown(reservation.Channel.Id);
                return Refusals.OutcomeUnknown();
        }
    }

    internal void Release(PrepaidReservation reservation, ReleaseReason reason)
    {
        reservation.Use.Release();
        switch (reason)
        {
            case ReleaseReason.ClientDisconnected:
                unpaid.CountAbandoned(reservation.Signed.Sender); // before the event: who learns of it finds the pause in force
                events.ExecutedWithoutGrant(reservation.Channel.Id);
                break;
            case ReleaseReason.ServiceFailed:
                unpaid.CountFailed(reservation.Signed.Sender);
                break;
        }
    }

    /// <summary>
    /// The amount can still be claimed, or was (rule 3). Unlike an escrow payment, it is worth its money after a claim of all that is
    /// planned: the claim may be the reason why the nonce rose during the call. While the claim is not final, there has to be time to
    /// claim again after a reorganisation.
    /// </summary>
    private async ValueTask<PaymentRefusal?> RecheckAsync(PrepaidReservation reservation)
    {
        if (reservation.IsClaimed)
        {
            return null;
        }

        await checks.CatchUpAsync(CancellationToken.None);
        PrepaidToken token = reservation.Token;
        ChannelPayment payment = PrepaidAdmission.PaymentOf(token, reservation.Channel);
        PaymentRefusal? refusal = checks.Recheck(reservation.Channel, payment, reservation.Group, reservation.Signed, out _);
        return refusal is { Reason: RefusalReason.WrongNonce }
            && claimed.TryFind(token.Channel, token.Nonce, ulong.MaxValue, out Values.UInt256 amount)
            && amount >= reservation.Use.Counter.Planned
            ? checks.RecheckExpiry(reservation.Channel.Chain!, reservation.Group)
            : refusal;
    }
}
