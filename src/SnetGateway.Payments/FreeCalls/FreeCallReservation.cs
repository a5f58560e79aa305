using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>A free call that was admitted and holds one call of its user's quota.</summary>
/// <param name="admission">Settles or releases it.</param>
/// <param name="held">What it holds.</param>
/// <param name="user">The user's address.</param>
/// <param name="limit">The quota, for a text.</param>
internal sealed class FreeCallReservation(FreeCallAdmission admission, CounterUse held, Address user, long limit) : Reservation
{
    public CounterUse Held => held;

    public long Limit => limit;

    public override Address Payer => user;

    protected override ValueTask<PaymentRefusal?> WriteAsync() => admission.SettleAsync(this);

    protected override void Release(ReleaseReason reason) => admission.Release(this, reason);
}
