using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Prepaid;

/// <summary>A prepaid call that was admitted and holds its price of the plan.</summary>
/// <param name="settlement">Settles or releases it.</param>
/// <param name="token">The token that pays.</param>
/// <param name="channel">Its channel.</param>
/// <param name="signed">The reading that the token was checked by.</param>
/// <param name="use">The held price.</param>
/// <param name="isClaimed">The amount is claimed, and the claim final.</param>
internal sealed class PrepaidReservation(
    PrepaidSettlement settlement, PrepaidToken token, Channel channel, ChannelReading signed, CounterUse use, bool isClaimed)
    : Reservation
{
    public PrepaidToken Token => token;

    public Channel Channel => channel;

    public ChannelReading Signed => signed;

    public CounterUse Use => use;

    public PaymentGroup Group => use.Call.Service.Group;

    public bool IsClaimed => isClaimed;

    public override Address Payer => token.User;

    public override UInt256 Price => use.Amount;

    public override MeteredPrice? Metered => use.Call.Service.Metered;

    protected override ValueTask<PaymentRefusal?> WriteAsync() => settlement.SettleAsync(this);

    protected override void Release(ReleaseReason reason) => settlement.Release(this, reason);
}
