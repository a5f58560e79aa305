using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Prepaid;

/// <summary>Paying with a token: concurrently, up to what is planned, while the signed amount is worth its money.</summary>
public sealed class PrepaidCallTests
{
    private const string Exceeded = "internal error: Usage Exceeded on channel Id 1";

    [Fact]
    public async Task SixtyFourAtOnce_AllAreGranted_OneMoreIsNot()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(640);
        Reservation[] all = await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            AdmissionResult admission = await rig.AdmitTokenAsync(token, 10);
            Assert.Null(admission.Refusal);
            return admission.Reservation!;
        }));
        Assert.Equal(Exceeded, (await rig.PayAsync(token, 10))!.Message);
        Assert.All(await Task.WhenAll(all.Select(call => call.SettleAsync().AsTask())), Assert.Null);
        Assert.Equal((UInt256)640UL, (await rig.GetTokenAsync(640)).Used);
        Assert.Equal(PaymentRig.Signer, all[0].Payer);
        await rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task SixtyFourAtOnce_PlanOfFour_FourAreGranted(int replicas)
    {
        var store = new ScriptedStore { IsShared = replicas > 1 };
        PaymentRig[] rigs = [.. Enumerable.Range(0, replicas).Select(_ => new PaymentRig(store).Known())];
        PrepaidToken token = await rigs[0].BuyAsync(40);
        foreach (PaymentRig rig in rigs)
        {
            await rig.Parts.Sync.LoadAsync(default);
        }

        PaymentRefusal?[] refusals = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(at => Task.Run(() => rigs[at % replicas].PayAsync(token, 10))));
        Assert.Equal(4, refusals.Count(refusal => refusal is null));
        Assert.All(refusals, refusal => Assert.True(refusal is null || refusal.Message == Exceeded, refusal?.Message));
        await rigs[0].AssertCleanAsync();
    }

    [Theory]
    [InlineData(ReleaseReason.NotForwarded)]
    [InlineData(ReleaseReason.ServiceFailed)]
    [InlineData(ReleaseReason.ClientDisconnected)]
    public async Task FailedCall_CostsNothing(ReleaseReason reason)
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(10);
        Reservation call = (await rig.AdmitTokenAsync(token, 10)).Reservation!;
        int commits = rig.Store.Commits;
        Assert.True(call.TryRelease(reason));
        Assert.Equal(commits, rig.Store.Commits);
        Assert.Null(await rig.PayAsync(token, 10));
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(6)]
    public async Task ClientThatDisconnectsOften_HasToPause()
    {
        PaymentRig rig = new PaymentRig(options: new PaidCallOptions { AbandonedCallsPerMinute = 2 }).Known();
        PrepaidToken token = await rig.BuyAsync(100);
        for (int i = 0; i < 3; i++)
        {
            Assert.True((await rig.AdmitTokenAsync(token, 1)).Reservation!.TryRelease(ReleaseReason.ClientDisconnected));
        }

        Assert.Equal(RefusalReason.Busy, (await rig.PayAsync(token, 1))!.Reason);
    }

    [Fact]
    public async Task EscrowCallsBesideIt_DoNotWait_AndDoNotSpendThePlan()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        Reservation escrow = await rig.ReserveAsync(PaymentRig.Pay(110), 10);
        Assert.Null(await rig.PayAsync(token, 100));
        Assert.Null(await escrow.SettleAsync());
        Assert.Equal(Exceeded, (await rig.PayAsync(token, 10))!.Message);
        Assert.Equal("income 0 does not equal to price 10", (await rig.PayAsync(PaymentRig.Pay(110), 10))!.Message); // a token's total
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task AmountOfAToken_PaysNoEscrowCall_AndTheReverse()
    {
        PaymentRig rig = new PaymentRig().Known();
        await rig.BuyAsync(10);
        Assert.Equal("income 0 does not equal to price 10", (await rig.PayAsync(PaymentRig.Pay(10), 10))!.Message);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        Assert.Equal((UInt256)10UL, (await rig.GetTokenAsync(20)).Planned); // authorized by the call, not planned
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(3)]
    public async Task ClaimDuringTheCall_OfThePlannedAmount_IsGranted_OfLessIsNot()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        Reservation call = (await rig.AdmitTokenAsync(token, 10)).Reservation!;
        Reservation other = (await rig.AdmitTokenAsync(token, 10)).Reservation!;
        rig.Chain.Claim(PaymentRig.One, 100);
        Assert.Equal(1000, (await other.SettleAsync())!.StatusCode);
        rig.Parts.Claimed.Seen(PaymentRig.One, PaymentRig.Nonce(1), 100, 1_001);
        Assert.Null(await call.SettleAsync());
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(13)]
    public async Task ClaimThatWasUndone_DuringTheCallOrBefore_IsWorthNothing()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        Reservation call = (await rig.AdmitTokenAsync(token, 10)).Reservation!;
        rig.Parts.Claimed.Seen(PaymentRig.One, PaymentRig.Nonce(1), 100, 1_001);
        rig.Parts.Claimed.Undone(1_000);
        rig.Chain.Claim(PaymentRig.One, 1_000); // the sender's withdrawal, on the other branch
        Assert.Equal(1000, (await call.SettleAsync())!.StatusCode);
        rig.Chain.Mine(64);
        Assert.Equal(1000, (await rig.PayAsync(token, 10))!.StatusCode);
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(3)]
    public async Task ClaimDuringTheCall_OfAChannelThatExpiresSoon_IsNotGranted()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        Reservation call = (await rig.AdmitTokenAsync(token, 10)).Reservation!;
        rig.Chain.Claim(PaymentRig.One, 100);
        rig.Parts.Claimed.Seen(PaymentRig.One, PaymentRig.Nonce(1), 100, 1_001);
        rig.Chain.Mine(950);
        Assert.Equal(RefusalReason.NearExpiry, (await call.SettleAsync())!.Reason);
    }

    [Theory]
    [InlineData(null, 0, false)]
    [InlineData(100UL, 63, false)]
    [InlineData(100UL, 64, true)]
    [InlineData(99UL, 64, false)]
    [InlineData(0UL, 64, false)]
    public async Task AfterTheNonce_IsAcceptedOnlyIfTheAmountIsClaimedForCertain(ulong? claimed, int depth, bool accepted)
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        rig.Chain.Claim(PaymentRig.One, claimed ?? 100);
        if (claimed is { } amount)
        {
            rig.Parts.Claimed.Seen(PaymentRig.One, PaymentRig.Nonce(1), amount, 1_000);
        }

        rig.Chain.Mine((ulong)depth);
        PaymentRefusal? refusal = await rig.PayAsync(token, 10);
        Assert.Equal(accepted ? null : "incorrect payment channel nonce, latest: 1, sent: 0", refusal?.Message);
        if (accepted)
        {
            Assert.Equal(Exceeded, (await rig.PayAsync(token, 91))!.Message);
        }
    }

    [Fact]
    public async Task ClaimOfAnEarlierAmount_CoversOnlyThat()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        await rig.BuyAsync(200);
        rig.Chain.Claim(PaymentRig.One, 150);
        rig.Parts.Claimed.Seen(PaymentRig.One, PaymentRig.Nonce(1), 150, 1_000);
        rig.Chain.Mine(64);
        Assert.Equal(Exceeded, (await rig.PayAsync(token, 151))!.Message);
        Assert.Null(await rig.PayAsync(token, 150));
    }

    [Fact]
    public async Task ClaimThatPaidEscrowCallsToo_CoversOnlyThePlan()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(600), 500));
        rig.Chain.Claim(PaymentRig.One, 600);
        rig.Parts.Claimed.Seen(PaymentRig.One, PaymentRig.Nonce(1), 600, 1_000);
        rig.Chain.Mine(64);
        Assert.Equal(Exceeded, (await rig.PayAsync(token, 101))!.Message);
        Assert.Null(await rig.PayAsync(token, 100));
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task NextNonce_HasItsOwnPlan()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken first = await rig.BuyAsync(100);
        rig.Chain.Claim(PaymentRig.One, 100);
        rig.Chain.Learn(PaymentRig.One);
        PrepaidToken second = await rig.BuyAsync(30, nonce: 1);
        Assert.Equal(Exceeded, (await rig.PayAsync(second, 31))!.Message);
        Assert.Null(await rig.PayAsync(second, 30));
        Assert.Equal(1000, (await rig.PayAsync(first, 10))!.StatusCode);
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task ChannelThatExpiresSoon_IsRefused_ExtendedIsNot()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        rig.Chain.Mine(900);
        Assert.Equal(RefusalReason.NearExpiry, (await rig.PayAsync(token, 10))!.Reason);
        rig.Chain.Extend(PaymentRig.One, 3_000);
        Assert.Null(await rig.PayAsync(token, 10));
    }

    [Fact]
    [Rule(12)]
    public async Task ChainUnreachable_IsServedWithinTheBound_ThenNot()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        Assert.Null(await rig.PayAsync(token, 10));
        rig.Time.Advance(PaymentRig.Bound + TimeSpan.FromSeconds(1));
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(token, 10))!.Reason);
    }

    [Fact]
    [Rule(13)]
    public async Task IdThatBelongsToOthersNow_TheOldPlanIsWorthNothing()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken old = await rig.BuyAsync(100);
        rig.Chain.Mine();
        rig.Channel.MarkReorganised(rig.Time.GetUtcNow());
        rig.Chain.Open(PaymentRig.One, PaymentRig.Stranger, PaymentRig.Stranger, PaymentRig.Group, 1_000, 2_000);
        rig.Chain.Learn(PaymentRig.One);
        Assert.Equal(RefusalReason.WrongSigner, (await rig.PayAsync(old, 10))!.Reason);
        PlanReply plan = await rig.GetTokenAsync(30, by: PaymentRig.Stranger);
        Assert.Equal((null, (UInt256)30UL), (plan.Refusal, plan.Planned));
        Assert.Equal(Exceeded, (await rig.PayAsync(plan.Token!, 31))!.Message);
    }

    [Fact]
    [Rule(13)]
    public async Task DepositThatIsGone_TokenOfASmallerTotalIsWorthNothingEither()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken small = await rig.BuyAsync(100);
        await rig.BuyAsync(800);
        Reservation running = (await rig.AdmitTokenAsync(small, 10)).Reservation!;
        rig.Chain.Mine();
        rig.Channel.MarkReorganised(rig.Time.GetUtcNow());
        rig.Chain.Open(PaymentRig.One, PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 500, 2_000);
        rig.Chain.Learn(PaymentRig.One);
        Assert.Equal(RefusalReason.NotEnoughTokens, (await running.SettleAsync())!.Reason);
        Assert.Equal(RefusalReason.NotEnoughTokens, (await rig.PayAsync(small, 10))!.Reason);
    }

    [Fact]
    public async Task OtherGroup_IsRefused()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        Assert.Equal(RefusalReason.ForeignChannel, (await rig.AdmitTokenAsync(token, 10, PaymentRig.OtherGroup)).Refusal!.Reason);
    }

    [Fact]
    public async Task UnknownChannel_IsRead_ThatDoesNotExistIsRefused()
    {
        var rig = new PaymentRig();
        var token = new PrepaidToken(PaymentRig.Id(9), PaymentRig.Nonce(0), 10, PaymentRig.Signer);
        Assert.Equal("payment channel \"{ID: 9}\" not found", (await rig.PayAsync(token, 10))!.Message);
    }

    [Theory]
    [InlineData(StoreFault.NotWritten, "not-written 1")]
    [InlineData(StoreFault.UnknownLost, "not-written 1")]
    [Rule(1)]
    public async Task NotWritten_IsNotGranted(StoreFault fault, string line)
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Time.JumpsToTimers = true;
        PrepaidToken token = await rig.BuyAsync(100);
        rig.Store.Fail(fault);
        Assert.Equal("unable to store new payment channel state", (await rig.PayAsync(token, 100))!.Message);
        Assert.Equal(["without-grant 1", line], rig.Events.Lines);
        Assert.Null(await rig.PayAsync(token, 100));
    }

    [Fact]
    public async Task Restart_ThePlanIsThere()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(100);
        Assert.Null(await rig.PayAsync(token, 60));
        var next = new PaymentRig(rig.Store);
        await next.Parts.Sync.LoadAsync(default);
        Assert.Equal(Exceeded, (await next.PayAsync(token, 41))!.Message);
        Assert.Null(await next.PayAsync(token, 40));
        await next.AssertCleanAsync();
    }
}
