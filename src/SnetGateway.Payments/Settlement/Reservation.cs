using System.Diagnostics;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Settlement;

/// <summary>
/// A payment that was admitted and has its slot. It ends exactly once, whichever is called first: settled (one durable write) or released
/// (nothing written). Every payment kind derives its own.
/// </summary>
public abstract class Reservation
{
    private const int Open = 0;
    private const int Settling = 1;
    private const int Settled = 2;
    private const int Ended = 3;

    private int _state;
    private PaymentRefusal? _refusal;

    /// <summary>Who pays: what services get as `snet-user-address`.</summary>
    public abstract Address Payer { get; }

    /// <summary>What the call costs, in cogs; with a metered price the most that it may cost, its ceiling.</summary>
    public virtual UInt256 Price => UInt256.Zero;

    /// <summary>How the price is metered; null where it is known before the call.</summary>
    public virtual MeteredPrice? Metered => null;

    /// <summary>True until it is settled or released.</summary>
    public bool IsOpen => Volatile.Read(ref _state) == Open;

    /// <summary>True when the payment is durable, so that the response may be sent.</summary>
    public bool IsSettled => Volatile.Read(ref _state) == Settled;

    /// <summary>True when it has ended and certainly nothing is written.</summary>
    public bool IsUnpaid => Volatile.Read(ref _state) == Ended && _refusal is not { Reason: RefusalReason.OutcomeUnknown };

    /// <summary>What the settle threw, which it never should; the client's refusal is then that of an unknown outcome.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>
    /// Checks the call once more from memory and writes the payment durably. Null when it is written and the response may be sent;
    /// otherwise what the client gets instead of any byte, the same each time. Takes no cancellation: a client that disconnects now must
    /// not make the outcome unknown. Never throws.
    /// </summary>
    public async ValueTask<PaymentRefusal?> SettleAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Settling, Open) != Open)
        {
            return IsSettled ? null : _refusal ?? Refusals.NotRecorded();
        }

        try
        {
            _refusal = await (PaymentSpans.HasCall ? TraceWriteAsync() : WriteAsync());
        }
        catch (Exception exception)
        {
            Fault = exception;
            _refusal = Refusals.OutcomeUnknown();
        }

        Volatile.Write(ref _state, _refusal is null ? Settled : Ended);
        return _refusal;
    }

    /// <summary>
    /// Gives the slot back with nothing written, unless the payment has been settled or released before. True when this call did it.
    /// </summary>
    public bool TryRelease(ReleaseReason reason)
    {
        if (Interlocked.CompareExchange(ref _state, Ended, Open) != Open)
        {
            return false;
        }

        Release(reason);
        return true;
    }

    /// <summary>
    /// Ends a settled call with a metered price: writes durably that it costs less than the ceiling. Called at most once, and never throws.
    /// </summary>
    /// <param name="price">What the call costs, in cogs; at most <see cref="Price"/>.</param>
    /// <returns>What is charged: <see cref="Price"/> where nothing is given back.</returns>
    public virtual ValueTask<UInt256> GiveBackAsync(UInt256 price) => new(Price);

    /// <summary>The settle itself; called at most once.</summary>
    protected abstract ValueTask<PaymentRefusal?> WriteAsync();

    private async ValueTask<PaymentRefusal?> TraceWriteAsync()
    {
        using Activity? span = PaymentSpans.Start("settle");
        PaymentRefusal? refusal = await WriteAsync();
        span?.SetStatus(refusal is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        return refusal;
    }

    /// <summary>The release itself; called at most once, and never beside <see cref="WriteAsync"/>.</summary>
    protected abstract void Release(ReleaseReason reason);
}

/// <summary>Why nothing was charged.</summary>
public enum ReleaseReason
{
    /// <summary>The service was not asked: no instance could be reached.</summary>
    NotForwarded,

    /// <summary>The service failed, or its response had an error before its first message.</summary>
    ServiceFailed,

    /// <summary>
    /// The client disconnected, let its deadline pass, or did not send its request, before the first byte: the service may have worked
    /// without pay (rule 6).
    /// </summary>
    ClientDisconnected,
}
