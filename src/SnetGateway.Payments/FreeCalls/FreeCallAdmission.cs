using System.Globalization;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>
/// Admits free calls: F2 to F7 from memory, F8 the user's count, F9 whether the user has to pause, F10 the quota. A call holds one of the
/// quota's calls in memory until it is settled or released, so that concurrent calls cannot exceed it. Needs no channel.
/// </summary>
public sealed class FreeCallAdmission(FreeCallChecks checks, CounterLedger counters, UnpaidCalls unpaid, IPaymentEvents events)
{
    /// <summary>
    /// Checks a free call of a service that has them. Never throws for a client's error. Throws <see cref="OperationCanceledException"/>
    /// when the call is cancelled while it waits, with nothing held.
    /// </summary>
    /// <param name="offer">The service's free calls.</param>
    /// <param name="use">What the client sent.</param>
    /// <param name="token">The token that it sent.</param>
    /// <param name="call">What is called.</param>
    /// <param name="cancellationToken">Ends a wait for the chain or the store.</param>
    public async ValueTask<AdmissionResult> AdmitAsync(
        FreeCallOffer offer, FreeCallUse use, FreeCallToken token, PaidCall call, CancellationToken cancellationToken)
    {
        FreeCallUser user = use.User;
        if (await checks.CheckUseAsync(offer, use, token, cancellationToken) is { } fault)
        {
            return AdmissionResult.Refused(fault.AsRefusal);
        }

        if (call.Limits is { } limits && await limits.AdmitAsync(user.Address, cancellationToken) is { } limited)
        {
            return AdmissionResult.Refused(limited);
        }

        if (await counters.FindAsync(user.CounterKey(offer.QuotaIds.Span), cancellationToken) is not { } counter)
        {
            return AdmissionResult.Refused(Refusals.FreeCallCountUnreadable());
        }

        if (unpaid.IsPausing(user.Address))
        {
            FreeCallTerms terms = offer.Terms;
            return AdmissionResult.Refused(Refusals.FreeCallBusy(
                $"{use.AddressText}/{user.UserId}/{terms.OrganizationId}/{offer.ServiceId}/{terms.GroupId}"));
        }

        long limit = offer.Terms.LimitOf(user.Address);
        (CounterUse? held, CounterOutcome outcome) = await counters.HoldAsync(counter, UInt256.One, Most(limit), call, cancellationToken);
        return held is not null
            ? AdmissionResult.Of(new FreeCallReservation(this, held, user.Address, limit))
            : AdmissionResult.Refused(RefusalOf(outcome, counter, limit)!);
    }

    internal async ValueTask<PaymentRefusal?> SettleAsync(FreeCallReservation reservation)
    {
        CounterOutcome outcome = await counters.SettleAsync(reservation.Held);
        Report(reservation, outcome);
        return RefusalOf(outcome, reservation.Held.Counter, reservation.Limit);
    }

    internal void Release(FreeCallReservation reservation, ReleaseReason reason)
    {
        reservation.Held.Release();
        switch (reason)
        {
            case ReleaseReason.ClientDisconnected:
                unpaid.CountAbandoned(reservation.Payer); // before the event: who learns of it finds the pause in force
                events.FreeCallExecutedWithoutGrant(reservation.Payer);
                break;
            case ReleaseReason.ServiceFailed:
                unpaid.CountFailed(reservation.Payer);
                break;
        }
    }

    private static UInt256 Most(long limit) => limit == FreeCallTerms.Unlimited ? UInt256.MaxValue : UInt256.FromUInt64((ulong)limit);

    /// <summary>
    /// Calls that run count as made. The quota is then the number, not a sum of what runs here and what another replica has written, which
    /// may be higher.
    /// </summary>
    private static UInt256 MadeAtMost(Counter counter, long limit) =>
        counter.Used is var used && used > Most(limit) ? used : Most(limit);

    private static PaymentRefusal? RefusalOf(CounterOutcome outcome, Counter counter, long limit) => outcome switch
    {
        CounterOutcome.Done => null,
        CounterOutcome.Exceeded => Refusals.FreeCallsUsed(
            MadeAtMost(counter, limit).ToString(), limit.ToString(CultureInfo.InvariantCulture)),
        CounterOutcome.NotWritten => Refusals.FreeCallNotRecorded(RefusalReason.NotRecorded),
        _ => Refusals.FreeCallNotRecorded(RefusalReason.OutcomeUnknown),
    };

    private void Report(FreeCallReservation reservation, CounterOutcome outcome)
    {
        if (outcome == CounterOutcome.Done)
        {
            return;
        }

        events.FreeCallExecutedWithoutGrant(reservation.Payer);
        switch (outcome)
        {
            case CounterOutcome.Exceeded:
                // The last free call was used at another replica at the same time: one quota, two executions.
                unpaid.CountAbandoned(reservation.Payer);
                break;
            case CounterOutcome.NotWritten:
                events.FreeCallNotWritten(reservation.Payer);
                break;
            default:
                events.FreeCallOutcomeUnknown(reservation.Payer);
                break;
        }
    }
}
