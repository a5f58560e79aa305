using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Settlement;

/// <summary>
/// Ends settled calls with a metered price: of its ceiling, a call that used less gives the rest back, as credit, by a second conditional
/// write that changes nothing else. It is repeated until it is written or the limit for unknown outcomes is over; then the ceiling stays
/// charged. A claim since the settle changes nothing, because credit has no nonce.
/// </summary>
public sealed class GiveBacks(PaymentLedger ledger, IPaymentEvents events, TimeProvider time, LivePaidCallOptions options)
{
    /// <summary>Conflicts with writes of other replicas after which a write is not tried again.</summary>
    private const int MaxConflicts = 100;

    private static readonly TimeSpan s_maxWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);

    /// <param name="reservation">The call, settled.</param>
    /// <param name="price">What it used, in cogs.</param>
    /// <returns>What is charged, in cogs.</returns>
    internal async ValueTask<UInt256> WriteAsync(MeteredReservation reservation, UInt256 price)
    {
        Channel channel = reservation.Channel;
        SlotQueue writer = channel.GetVoucherWriter();
        bool isWritten = false;
        if (reservation.Price.TrySubtract(price, out UInt256 unused)
            && await writer.EnterAsync(Channel.Places, s_maxWait, time, CancellationToken.None))
        {
            try
            {
                isWritten = await WriteUnusedAsync(reservation, unused);
            }
            catch (Exception)
            {
                // Reported below. The channel is in doubt, so its next call begins by reading.
            }
            finally
            {
                writer.Release();
            }
        }

        if (!isWritten)
        {
            events.NotGivenBack(channel.Id, unused);
        }

        return isWritten ? price : reservation.Price;
    }

    private async ValueTask<bool> WriteUnusedAsync(MeteredReservation reservation, UInt256 unused)
    {
        Channel channel = reservation.Channel;
        TimeSpan limit = options.Current.UnknownOutcomeLimit;
        long start = time.GetTimestamp();
        TimeSpan pause = s_firstPause;
        int conflicts = 0;

        // Calls can take minutes: of a record that has moved on by more calls than it remembers, no conflict could be resolved.
        await ledger.RefreshAsync(channel, CancellationToken.None);
        while (!channel.InDoubt || await ledger.ClearDoubtAsync(channel, limit))
        {
            // The id may belong to other parties since (rule 13): their credit is not the payer's.
            if (channel.Record is not { } record
                || record.Sender != reservation.Signed.Sender || record.Signer != reservation.Signed.Signer)
            {
                return false;
            }

            SettleWrite write = ledger.PrepareGiveBack(reservation, record, unused);
            CommitResult result = await ledger.CommitAsync(write);
            PaymentRefusal? refusal = await ledger.ConcludeAsync(write, result, limit);
            if (refusal is null or { Reason: RefusalReason.OutcomeUnknown })
            {
                return refusal is null; // one of unknown outcome may be written, and a second one would give back twice
            }

            if (result.Outcome != CommitOutcome.Conflict)
            {
                if (time.GetElapsedTime(start) + pause >= limit)
                {
                    return false;
                }

                await Task.Delay(pause, time);
                pause *= 2;
            }
            else if (++conflicts > MaxConflicts)
            {
                return false;
            }
        }

        return false;
    }
}
