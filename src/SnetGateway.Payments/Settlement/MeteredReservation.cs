using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Settlement;

/// <summary>An escrow payment of a call with a metered price: its ceiling is settled, and what it does not use is given back.</summary>
/// <param name="settlement">Settles or releases it.</param>
/// <param name="channel">The channel.</param>
/// <param name="payment">The payment, checked.</param>
/// <param name="ceiling">The most that the call may cost, in cogs.</param>
/// <param name="call">What was called.</param>
/// <param name="checkedRecord">See <see cref="ChannelReservation"/>.</param>
/// <param name="signed">The reading that the payment was checked by.</param>
/// <param name="isAlone">Whether the call holds the channel's slot alone.</param>
internal sealed class MeteredReservation(
    ChannelSettlement settlement,
    Channel channel,
    in ChannelPayment payment,
    UInt256 ceiling,
    in PaidCall call,
    ChannelRecord? checkedRecord,
    ChannelReading signed,
    bool isAlone) : ChannelReservation(settlement, channel, payment, ceiling, call, checkedRecord, signed)
{
    public override bool IsAlone => isAlone;

    public override MeteredPrice? Metered => Call.Service.Metered;

    /// <summary>The id of its settle, which its give-back names.</summary>
    public CallId Settled { get; set; }

    public override ValueTask<UInt256> GiveBackAsync(UInt256 price) => Settlement.GiveBackAsync(this, price);
}
