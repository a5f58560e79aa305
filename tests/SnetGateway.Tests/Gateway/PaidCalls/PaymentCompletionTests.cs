using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Calls;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Gateway.PaidCalls;

public sealed class PaymentCompletionTests
{
    [Fact]
    public async Task SettledOnce_StaysSettled_AndIsNotReleased()
    {
        var reservation = new Counting();
        var payment = new PaymentCompletion(reservation, NullLogger.Instance);
        Assert.False(payment.IsSettled);
        Assert.Null(await payment.SettleAsync());
        Assert.Null(await payment.SettleAsync());
        Assert.False(payment.TryRelease(ReleaseReason.ClientDisconnected));
        Assert.True(payment.IsSettled);
        Assert.Equal((1, 0), (reservation.Settles, reservation.Releases));
    }

    [Fact]
    public async Task Released_IsNeverSettledAfterwards()
    {
        var reservation = new Counting();
        var payment = new PaymentCompletion(reservation, NullLogger.Instance);
        Assert.True(payment.TryRelease(ReleaseReason.ServiceFailed));
        Assert.False(payment.TryRelease(ReleaseReason.ServiceFailed));
        Assert.NotNull(await payment.SettleAsync());
        Assert.False(payment.IsSettled);
        Assert.Equal((0, 1), (reservation.Settles, reservation.Releases));
    }

    [Fact]
    public async Task Refused_GivesTheSameRefusalAgain()
    {
        PaymentRefusal refusal = Refusals.NotRecorded();
        var payment = new PaymentCompletion(new Counting { Refusal = refusal }, NullLogger.Instance);
        Assert.Same(refusal, await payment.SettleAsync());
        Assert.Same(refusal, await payment.SettleAsync());
        Assert.False(payment.TryRelease(ReleaseReason.ServiceFailed));
    }

    [Fact]
    public async Task SettleAndReleaseAtOnce_OneOfThemCounts()
    {
        for (int round = 0; round < 1000; round++)
        {
            var reservation = new Counting();
            var payment = new PaymentCompletion(reservation, NullLogger.Instance);
            using var start = new Barrier(2);
            await Task.WhenAll(
                Task.Run(async () =>
                {
                    start.SignalAndWait();
                    await payment.SettleAsync();
                }),
                Task.Run(() =>
                {
                    start.SignalAndWait();
                    payment.TryRelease(ReleaseReason.ClientDisconnected);
                }));
            Assert.Equal(1, reservation.Settles + reservation.Releases);
        }
    }

    [Fact]
    public void UnpaidCall_HasNothingToSettle()
    {
        var payment = new PaymentCompletion(null, NullLogger.Instance);
        Assert.True(payment.IsSettled);
        Assert.False(payment.TryRelease(ReleaseReason.ClientDisconnected));
    }

    private sealed class Counting : Reservation
    {
        public int Settles;
        public int Releases;

        public PaymentRefusal? Refusal { get; init; }

        public override Address Payer => default;

        public override ValueTask<PaymentRefusal?> SettleAsync()
        {
            Interlocked.Increment(ref Settles);
            return new(Refusal);
        }

        public override void Release(ReleaseReason reason) => Interlocked.Increment(ref Releases);
    }
}
