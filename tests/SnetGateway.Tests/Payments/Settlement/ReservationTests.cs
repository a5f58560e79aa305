using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Payments.Settlement;

/// <summary>A reservation ends exactly once, whichever end is first.</summary>
public sealed class ReservationTests
{
    [Fact]
    public async Task SettledOnce_StaysSettled_AndIsNotReleased()
    {
        var reservation = new CountingReservation();
        Assert.True(reservation.IsOpen);
        Assert.False(reservation.IsSettled);
        Assert.Null(await reservation.SettleAsync());
        Assert.Null(await reservation.SettleAsync());
        Assert.False(reservation.TryRelease(ReleaseReason.ClientDisconnected));
        Assert.True(reservation.IsSettled);
        Assert.Equal((1, 0), (reservation.Settles, reservation.Releases));
    }

    [Fact]
    public async Task Released_IsNeverSettledAfterwards()
    {
        var reservation = new CountingReservation();
        Assert.True(reservation.TryRelease(ReleaseReason.ServiceFailed));
        Assert.False(reservation.TryRelease(ReleaseReason.ServiceFailed));
        Assert.Equal(Refusals.NotRecorded(), await reservation.SettleAsync());
        Assert.False(reservation.IsSettled);
        Assert.Equal((0, 1), (reservation.Settles, reservation.Releases));
    }

    [Fact]
    public async Task Refused_GivesTheSameRefusalAgain()
    {
        PaymentRefusal refusal = Refusals.NotRecorded();
        var reservation = new CountingReservation { Outcome = () => refusal };
        Assert.Same(refusal, await reservation.SettleAsync());
        Assert.Same(refusal, await reservation.SettleAsync());
        Assert.False(reservation.TryRelease(ReleaseReason.ServiceFailed));
    }

    [Fact]
    public async Task Throws_IsAnUnknownOutcome_AndTheExceptionIsKept()
    {
        var broken = new InvalidOperationException("broken");
        var reservation = new CountingReservation { Outcome = () => throw broken };
        Assert.Equal(Refusals.OutcomeUnknown(), await reservation.SettleAsync());
        Assert.Same(broken, reservation.Fault);
        Assert.False(reservation.IsSettled);
        Assert.False(reservation.TryRelease(ReleaseReason.ServiceFailed));
    }

    [Fact]
    public async Task SettleAndReleaseConcurrently_OneOfThemCounts()
    {
        for (int round = 0; round < 1000; round++)
        {
            var reservation = new CountingReservation();
            using var start = new Barrier(2);
            await Task.WhenAll(
                Task.Run(async () =>
                {
                    start.SignalAndWait();
                    await reservation.SettleAsync();
                }),
                Task.Run(() =>
                {
                    start.SignalAndWait();
                    reservation.TryRelease(ReleaseReason.ClientDisconnected);
                }));
            Assert.Equal(1, reservation.Settles + reservation.Releases);
        }
    }

    private sealed class CountingReservation : Reservation
    {
        private int _settles;
        private int _releases;

        public int Settles => _settles;

        public int Releases => _releases;

        public Func<PaymentRefusal?> Outcome { get; init; } = () => null;

        public override Address Payer => default;

        protected override ValueTask<PaymentRefusal?> WriteAsync()
        {
            Interlocked.Increment(ref _settles);
            return new(Outcome());
        }

        protected override void Release(ReleaseReason reason) => Interlocked.Increment(ref _releases);
    }
}
