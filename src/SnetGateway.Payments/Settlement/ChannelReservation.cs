using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.Payments.Vouchers;

namespace SnetGateway.Payments.Settlement;

/// <summary>An escrow payment that was admitted and holds its channel's slot.</summary>
/// <param name="settlement">Settles or releases it.</param>
/// <param name="channel">The channel.</param>
/// <param name="payment">The payment, checked.</param>
/// <param name="price">What the call costs, in cogs.</param>
/// <param name="call">What was called.</param>
/// <param name="checkedRecord">The record that the amount was checked against, and that the write compares with; null where there was
/// none.</param>
/// <param name="signed">The reading that the payment was checked by, whose parties signed.</param>
internal class ChannelReservation(
    ChannelSettlement settlement,
    Channel channel,
    in ChannelPayment payment,
    UInt256 price,
    in PaidCall call,
    ChannelRecord? checkedRecord,
    ChannelReading signed) : Reservation
{
    protected ChannelSettlement Settlement => settlement;

    public readonly ChannelPayment Payment = payment;
    public readonly PaidCall Call = call;

    public Channel Channel => channel;

    public override UInt256 Price { get; } = price;

    /// <summary>The call holds the channel's slot alone.</summary>
    public virtual bool IsAlone => Held is null;

    public ChannelRecord? CheckedRecord { get; set; } = checkedRecord;

    public ChannelReading Signed => signed;

    /// <summary>
    /// A write of another record that is part of the settle: both are written, or neither. Null for nearly every call.
    /// </summary>
    public RecordWrite? Joined { get; set; }

    /// <summary>
    /// The voucher, where calls of one channel may run at the same time or use credit; null for a call whose amount grows by its price.
    /// </summary>
    public HeldVoucher? Held { get; init; }

    /// <summary>The channel's credit after this call; null where the call does not change it.</summary>
    public ChannelCredit? Credit { get; set; }

    public override Address Payer => signed.Sender;

    protected override ValueTask<PaymentRefusal?> WriteAsync() => settlement.SettleAsync(this);

    protected override void Release(ReleaseReason reason) => settlement.Release(this, reason);
}
