using SnetGateway.Payments;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Calls;

/// <summary>`UnconfirmedExposure`: what a call may sign for on a deposit that a reorganisation could still take.</summary>
public sealed class UnconfirmedExposureTests
{
    private const ulong Depth = ConfirmedFunds.UsualDepth;

    [Fact]
    public async Task Unset_FreshFundsAreSpentWhole() => Assert.Null(await new PaymentRig().Known().PayAsync(PaymentRig.Pay(1_000), 1_000));

    [Fact]
    [Rule(13)]
    public async Task FreshChannel_IsServedUpToTheCap_AndWhollyWhenConfirmed()
    {
        PaymentRig rig = Rig("100");
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(100), 100));
        await AssertRefusedAsync(rig, 110, 100);
        rig.Chain.Mine(Depth - 1);
        await AssertRefusedAsync(rig, 110, 100);
        rig.Chain.Mine();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(110), 10));
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task CapOfZero_ServesOnConfirmedFundsOnly()
    {
        PaymentRig rig = Rig("0");
        await AssertRefusedAsync(rig, 10, 0);
        rig.Chain.Mine(Depth);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
    }

    [Fact]
    public async Task TopUp_IsCappedBeyondTheConfirmedFunds()
    {
        PaymentRig rig = Rig("100");
        rig.Chain.Mine(Depth);
        rig.Chain.TopUp(PaymentRig.One, 5_000);
        rig.Chain.Learn(PaymentRig.One);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(1_100), 1_100));
        await AssertRefusedAsync(rig, 1_110, 1_100);
        rig.Chain.Mine(Depth);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(1_110), 10));
    }

    [Fact]
    [Rule(13)]
    public async Task SecondLook_IsCappedToo()
    {
        PaymentRig rig = Rig("1000");
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(500), 500);
        rig.Parts.Options.Current = new PaidCallOptions { UnconfirmedExposure = "400" };
        PaymentRefusal? refusal = await reservation.SettleAsync();
        Assert.Equal(RefusalReason.NotEnoughTokens, refusal?.Reason);
        rig.AssertIdle();
    }

    [Fact]
    public async Task NewNonce_OwesEarlierTotalsOutOfTheSameCap()
    {
        PaymentRig rig = Rig("100");
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(60), 60));
        rig.Chain.Claim(PaymentRig.One, 60);

        // 940 are left, none of them confirmed: the claim took from what was there first.
        await AssertRefusedAsync(rig, 110, 100, nonce: 1);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(100, nonce: 1), 100));
    }

    [Theory]
    [InlineData(Depth, null)]
    [InlineData(Depth - 1, RefusalReason.NotEnoughTokens)]
    public async Task Restart_ReadingOfTheRecord_IsConfirmedWhenItIsDeepEnough(ulong blocks, object? expected)
    {
        PaymentRig before = Rig("100");
        Assert.Null(await before.PayAsync(PaymentRig.Pay(100), 100));

        var after = new PaymentRig(before.Store, before.Time, new PaidCallOptions { UnconfirmedExposure = "100" });
        await after.Parts.Sync.LoadAsync(default);
        after.Chain.Mine(blocks);
        Assert.Equal(expected, (await after.PayAsync(PaymentRig.Pay(900), 800))?.Reason);
    }

    private static PaymentRig Rig(string exposure) =>
        new PaymentRig(options: new PaidCallOptions { UnconfirmedExposure = exposure }).Known();

    private static async Task AssertRefusedAsync(PaymentRig rig, ulong amount, ulong counted, ulong nonce = 0)
    {
        PaymentRefusal? refusal = await rig.PayAsync(PaymentRig.Pay(amount, nonce), 10);
        Assert.Equal($"not enough tokens on payment channel, channel amount: {counted}, payment amount: {amount}", refusal?.Message);
    }
}
