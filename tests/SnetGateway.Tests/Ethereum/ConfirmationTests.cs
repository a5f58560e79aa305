using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>
/// Fresh deposits with a real follower and real payment checks: what `Confirmations` and `UnconfirmedExposure` hold back.
/// </summary>
public sealed class ConfirmationTests
{
    [Fact]
    [Rule(13)]
    public async Task TopUp_WithConfirmations_CountsAfterThatManyBlocks()
    {
        await using var bench = new FollowerBench(options => options.Confirmations = 2);
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.MineEmpty(2);
        await bench.FollowAsync();
        ChannelAdmission payments = Payments(bench, new PaidCallOptions());
        Assert.Null(await PayAsync(bench, payments, 1_000, 1_000));
        bench.Chain.Mine(block => block.AddFunds(0, 500));
        await bench.FollowAsync();
        Assert.Equal(RefusalReason.NotEnoughTokens, (await PayAsync(bench, payments, 1_500, 500))?.Reason);
        bench.Chain.Mine();
        await bench.FollowAsync();
        Assert.Equal(RefusalReason.NotEnoughTokens, (await PayAsync(bench, payments, 1_500, 500))?.Reason);

        bench.Chain.Mine();
        await bench.FollowAsync();
        Assert.Null(await PayAsync(bench, payments, 1_500, 500));
        Assert.Equal(bench.Chain.HeadNumber - 2, bench.State(0).Reading.Block.Number);
    }

    [Fact]
    [Rule(13)]
    public async Task TopUp_WithAnExposureCap_CountsFullyAfterTheFinalityDepth()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        ChannelAdmission payments = Payments(bench, new PaidCallOptions { UnconfirmedExposure = "100" });
        bench.Chain.MineEmpty(64); // the 1,000 with which the channel was opened are confirmed
        await bench.FollowAsync();
        bench.Chain.Mine(block => block.AddFunds(0, 5_000));
        await bench.FollowAsync();
        Assert.Null(await PayAsync(bench, payments, 1_100, 1_100));
        PaymentRefusal? refusal = await PayAsync(bench, payments, 1_110, 10);
        Assert.Equal("not enough tokens on payment channel, channel amount: 1100, payment amount: 1110", refusal?.Message);

        bench.Chain.MineEmpty(64);
        await bench.FollowAsync();
        Assert.Null(await PayAsync(bench, payments, 1_110, 10));
    }

    private static ChannelAdmission Payments(FollowerBench bench, PaidCallOptions options) => new PaymentParts(
        bench.Book, bench.Follower, new FakeSigners(), new ScriptedStore(), new RecordingPaymentEvents(), bench.Clock, ScriptedChain.Escrow,
        TimeSpan.FromMinutes(10), options).Admission;

    private static async Task<PaymentRefusal?> PayAsync(FollowerBench bench, ChannelAdmission payments, ulong amount, ulong price)
    {
        var call = new PaidCall(new PaidService("echo", FollowerBench.Group, new FixedPrice(price)), "/test.Echo/Call");
        ChannelPayment payment = FakeSigners.Pay(FollowerBench.Sender, ScriptedChain.Escrow, new ChannelId(0), new ChannelNonce(0), amount);
        Task<AdmissionResult> judging = payments.AdmitAsync(payment, call, CancellationToken.None).AsTask();
        AdmissionResult admission = Assert.Single(await bench.DriveAsync(judging));
        return admission.Refusal ?? await admission.Reservation!.SettleAsync();
    }
}
