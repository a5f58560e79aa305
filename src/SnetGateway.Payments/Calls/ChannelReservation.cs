using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Calls;

/// <summary>An escrow payment that has its channel's turn.</summary>
internal sealed class ChannelReservation(ChannelPayments payments, Channel channel, Settlement settlement) : Reservation
{
    private int _ended;

    public override Address Payer => settlement.Reading.Sender;

    public override async ValueTask<PaymentRefusal?> SettleAsync()
    {
        End();
        try
        {
            PaymentRefusal? refusal = payments.Recheck(channel, settlement, out ChannelReading newest);
            if (refusal is not null)
            {
                payments.Events.ExecutedWithoutGrant(channel.Id);
                return refusal;
            }

            if (settlement.Price.IsZero)
            {
                return null; // a free method of a priced service: the same total again, nothing to write (payments.md 5.3, price 0)
            }

            // All of it in this one method: each further one that waits would keep its state on the heap, for every call in flight.
            CommitResult result = await payments.Ledger.BeginSettle(channel, settlement with { Reading = newest }, out SettleAttempt attempt);
            SettleOutcome outcome = await payments.Ledger.EndSettleAsync(channel, attempt, result, payments.Options.UnknownOutcomeLimit);
            return outcome == SettleOutcome.Settled ? null : Refuse(outcome);
        }
        finally
        {
            // Free for its next call, even while this answer still streams.
            channel.Slot.Release();
        }
    }

    public override void Release(ReleaseReason reason)
    {
        End();
        channel.Slot.Release();
        if (reason == ReleaseReason.ClientDisconnected)
        {
            payments.CountAbandoned(channel.Id, Payer);
        }
    }

    private PaymentRefusal Refuse(SettleOutcome outcome)
    {
        payments.Events.ExecutedWithoutGrant(channel.Id);
        switch (outcome)
        {
            case SettleOutcome.LostRace:
                return Refusals.Busy(channel.Id);
            case SettleOutcome.NonceMoved:
                return Refusals.WrongNonce(channel.CurrentNonce(channel.Chain!), settlement.Payment.Nonce);
            case SettleOutcome.NotWritten:
                payments.Events.NotWritten(channel.Id);
                return Refusals.NotRecorded();
            default:
                payments.Events.OutcomeUnknown(channel.Id);
                return Refusals.OutcomeUnknown();
        }
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            throw new InvalidOperationException("A reservation ends once.");
        }
    }
}
