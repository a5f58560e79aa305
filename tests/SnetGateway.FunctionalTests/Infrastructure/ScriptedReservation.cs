using SnetGateway.Payments.Pricing;
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

    public override UInt256 Price => Ceiling;

    public override MeteredPrice? Metered => Terms;

    /// <summary>The price, or the most that it may be.</summary>
    public UInt256 Ceiling { get; init; }

    /// <summary>How the price is metered; null where it is not.</summary>
    public MeteredPrice? Terms { get; init; }

    /// <summary>What the call was said to have cost at its end; null when nothing was said.</summary>
    public UInt256? FinalPrice { get; private set; }

    /// <summary>Whether giving back succeeds.</summary>
    public bool GivesBack { get; init; } = true;

    /// <summary>What a settle gives; null for success.</summary>
    public Func<ValueTask<PaymentRefusal?>> OnSettle { get; set; } = () => default;

    /// <summary>"settled", "refused", or the reason of the release.</summary>
    public Task<string> Ended => _ended.Task;

    public int Ends => Volatile.Read(ref _ends);

    public override ValueTask<UInt256> GiveBackAsync(UInt256 price)
    {
        FinalPrice = FinalPrice is null ? price : throw new InvalidOperationException("Given back twice.");
        return new ValueTask<UInt256>(GivesBack ? price : Ceiling);
    }

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
