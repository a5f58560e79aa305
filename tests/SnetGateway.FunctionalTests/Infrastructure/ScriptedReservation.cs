using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>A reservation that does what the test says, and remembers how it ended. Ending it twice fails the test.</summary>
internal sealed class ScriptedReservation(Address payer) : Reservation
{
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ends;

    public override Address Payer => payer;

    /// <summary>What a settle gives; null for success.</summary>
    public Func<ValueTask<PaymentRefusal?>> OnSettle { get; set; } = () => default;

    /// <summary>"settled", "refused", or the reason of the release.</summary>
    public Task<string> Ended => _ended.Task;

    public int Ends => Volatile.Read(ref _ends);

    protected override async ValueTask<PaymentRefusal?> WriteAsync()
    {
        Interlocked.Increment(ref _ends);
        PaymentRefusal? refusal = await OnSettle();
        _ended.TrySetResult(refusal is null ? "settled" : "refused");
        return refusal;
    }

    protected override void Release(ReleaseReason reason)
    {
        Interlocked.Increment(ref _ends);
        _ended.TrySetResult(reason.ToString());
    }
}
