using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.Payments.Vouchers;

namespace SnetGateway.Payments.Admission;

/// <summary>
/// Admits calls of one channel that may run at the same time (docs/protocol/parallel-vouchers.md), or use its credit.
/// </summary>
public sealed class VoucherAdmission(RecordPreparation records, PaymentLedger ledger)
{
    /// <summary>
    /// E11 where calls may run at the same time or use credit: the voucher pays for the call beside those that are held. The settle checks
    /// it again, by the record as it then is.
    /// </summary>
    internal async ValueTask<(PaymentRefusal? Refusal, ChannelRecord? Record, HeldVoucher? Held)> HoldAsync(
        Channel channel, ChannelReading signed, ChannelPayment payment, UInt256 price, CancellationToken cancellationToken)
    {
        VoucherHolds vouchers = channel.GetVouchers();
        if (channel.HasRecordOfOthers && await records.PrepareAsync(channel, signed, cancellationToken) is { } unprepared)
        {
            return (unprepared, null, null);
        }

        for (bool isFresh = false; ; isFresh = true)
        {
            ChannelChainState chain = channel.Chain!;
            ChannelRecord? record = channel.RecordOf(chain);
            if ((ChannelChecks.CheckParties(chain, signed)
                ?? ChannelChecks.CheckNonce(Channel.CurrentNonce(chain, record), payment.Nonce)) is { } refusal)
            {
                return (refusal, null, null);
            }

            UInt256 authorized = ChannelChecks.AuthorizedAt(record, payment.Nonce);
            if (vouchers.TryHold(NextRecord.CreditAt(payment.Nonce, record), authorized, payment.Nonce, payment.Amount, price) is { } held)
            {
                return (null, record, held);
            }

            if (vouchers.IsHeld(payment.Nonce, payment.Amount))
            {
                return (Refusals.Busy(channel.Id), null, null); // a copy of the payment is executed now
            }

            if (isFresh)
            {
                return (Refusals.WrongIncome(payment.Amount, authorized, price), null, null);
            }

            if (!await ledger.RefreshAsync(channel, cancellationToken))
            {
                return (Refusals.NotRecorded(), null, null);
            }
        }
    }
}
