using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Calls;

/// <summary>
/// A payment that was judged right and has its turn. It ends exactly once: settled (one durable write) or released (nothing written).
/// Every way to pay has its own.
/// </summary>
public abstract class Reservation
{
    /// <summary>Who pays: what services get as `snet-user-address`.</summary>
    public abstract Address Payer { get; }

    /// <summary>
    /// Judges the call once more from memory and writes the payment durably. Null when it is written and the answer may go out; else what the
    /// client gets instead of any byte. Ends the reservation either way. Takes no cancellation: a client that leaves now must not make the
    /// outcome unknown.
    /// </summary>
    public abstract ValueTask<PaymentRefusal?> SettleAsync();

    /// <summary>Gives the turn back with nothing written. Call it once, instead of <see cref="SettleAsync"/>.</summary>
    public abstract void Release(ReleaseReason reason);
}

/// <summary>Why nothing was charged.</summary>
public enum ReleaseReason
{
    /// <summary>The service failed, broke or answered with an error before its first message.</summary>
    ServiceFailed,

    /// <summary>The client left, or its deadline ran out, before the first byte: the service may have worked for nothing (design, rule 6).</summary>
    ClientDisconnected,
}
