using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Limits;

/// <summary>
/// The configured limits of one call. An admission asks in two steps. What is counted and held for the call is given back by its owner
/// when the call ends, so that no admission has to.
/// </summary>
public abstract class CallLimits
{
    /// <summary>
    /// Counts the call by the rates, when its payer is known, and before a slot, a price or a record is asked for. Null if it may go on.
    /// </summary>
    /// <param name="payer">Who pays, authenticated.</param>
    /// <param name="cancellationToken">Ends a wait for the store, which only rates that replicas share use.</param>
    public abstract ValueTask<PaymentRefusal?> AdmitAsync(Address payer, CancellationToken cancellationToken);

    /// <summary>
    /// Holds the price in the budgets, before a slot is taken. Null if it fits in each. Called after <see cref="AdmitAsync"/>.
    /// </summary>
    /// <param name="price">What the call costs at most, in cogs.</param>
    /// <param name="cancellationToken">Ends a wait for the store.</param>
    public abstract ValueTask<PaymentRefusal?> HoldAsync(UInt256 price, CancellationToken cancellationToken);
}
