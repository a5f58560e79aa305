using SnetGateway.Payments.Calls;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// The end of one call's payment: settled or released, exactly once, whoever comes first. A call that is not paid has nothing to settle and
/// counts as settled from its start.
/// </summary>
internal sealed class PaymentCompletion(Reservation? reservation, ILogger logger)
{
    private const int Open = 0;
    private const int Settling = 1;
    private const int Settled = 2;
    private const int NotSettled = 3;

    private int _state = reservation is null ? Settled : Open;
    private PaymentRefusal? _refusal;

    /// <summary>Whether the answer may go out: the payment is written, or none is asked.</summary>
    public bool IsSettled => Volatile.Read(ref _state) == Settled;

    /// <summary>Whether nothing was decided yet.</summary>
    public bool IsOpen => Volatile.Read(ref _state) == Open;

    /// <summary>What stands where nothing can begin any more: null when the payment is written; else what the client gets instead of any byte.</summary>
    public PaymentRefusal? Outcome => IsSettled ? null : _refusal ?? Refusals.NotRecorded();

    /// <summary>Writes the payment. Null when it is written; else what the client gets instead of any byte, the same one each time.</summary>
    public async ValueTask<PaymentRefusal?> SettleAsync()
    {
        if (!TryBegin())
        {
            return Outcome;
        }

        try
        {
            return End(await WriteAsync());
        }
        catch (Exception exception)
        {
            return End(exception);
        }
    }

    /// <summary>
    /// The parts of <see cref="SettleAsync"/>, for the body of every paid call, which spares one state on the heap by waiting itself. Who gets
    /// true waits for <see cref="WriteAsync"/>, and says with End how it ended.
    /// </summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref _state, Settling, Open) == Open;

    /// <inheritdoc cref="TryBegin"/>
    public ValueTask<PaymentRefusal?> WriteAsync() => reservation!.SettleAsync();

    /// <inheritdoc cref="TryBegin"/>
    public PaymentRefusal? End(PaymentRefusal? refusal)
    {
        _refusal = refusal;
        Volatile.Write(ref _state, refusal is null ? Settled : NotSettled);
        return refusal;
    }

    /// <summary>A reservation answers with a refusal and does not throw. If one does, nothing is known of the write, and no byte may go.</summary>
    public PaymentRefusal? End(Exception exception)
    {
        PaidCallLog.SettleFaulted(logger, exception);
        return End(Refusals.OutcomeUnknown());
    }

    /// <summary>Gives the turn back with nothing written, unless the payment has been settled or released before. True when this did it.</summary>
    public bool TryRelease(ReleaseReason reason)
    {
        if (Interlocked.CompareExchange(ref _state, NotSettled, Open) != Open)
        {
            return false;
        }

        reservation!.Release(reason);
        return true;
    }
}
