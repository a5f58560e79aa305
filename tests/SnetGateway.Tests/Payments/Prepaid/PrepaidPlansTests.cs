using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Prepaid;

/// <summary>`GetToken`: who gets a token, and that each authorized amount is planned once.</summary>
public sealed class PrepaidPlansTests
{
    [Fact]
    public async Task HigherAmount_IsAuthorizedAndPlanned_InOneWrite()
    {
        PaymentRig rig = new PaymentRig().Known();
        PlanReply plan = await rig.GetTokenAsync(300);
        Assert.Equal((null, (UInt256)300UL, UInt256.Zero), (plan.Refusal, plan.Planned, plan.Used));
        Assert.Equal(new PrepaidToken(PaymentRig.One, PaymentRig.Nonce(0), 300, PaymentRig.Signer), plan.Token);
        Assert.Equal((UInt256)300UL, rig.Record.Amount);
        Assert.Equal(1, rig.Store.Commits);
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task SameAmountAgain_AddsNothing_AndWritesNothing()
    {
        PaymentRig rig = new PaymentRig().Known();
        PrepaidToken token = await rig.BuyAsync(300);
        Assert.Null(await rig.PayAsync(token, 20));
        (int commits, int reads) = (rig.Store.Commits, rig.Store.Reads);
        PlanReply again = await rig.GetTokenAsync(300);
        Assert.Equal((null, (UInt256)300UL, (UInt256)20UL), (again.Refusal, again.Planned, again.Used));
        Assert.Equal((commits, reads), (rig.Store.Commits, rig.Store.Reads));
        Assert.Empty(rig.Chain.Looks);
    }

    [Fact]
    public async Task AuthorizedByEscrowCalls_WithoutAPlan_IsAnsweredWithNothingPlanned()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(40), 40));
        PlanReply plan = await rig.GetTokenAsync(40);
        Assert.Equal((null, UInt256.Zero, UInt256.Zero), (plan.Refusal, plan.Planned, plan.Used));
        Assert.Equal("internal error: Usage Exceeded on channel Id 1", (await rig.PayAsync(plan.Token!, 1))!.Message);
        plan = await rig.GetTokenAsync(100);
        Assert.Equal((UInt256)60UL, plan.Planned);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(110), 10)); // an escrow call in between
        Assert.Equal((UInt256)160UL, (await rig.GetTokenAsync(210)).Planned);
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(2)]
    public async Task ManyAtOnce_SameAmount_IsPlannedOnce()
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] rigs = [new PaymentRig(store).Known(), new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        PlanReply[] plans = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(at => Task.Run(() => rigs[at % 3].GetTokenAsync(300).AsTask())));
        Assert.All(plans, plan => Assert.True(plan.Refusal is null || IsBusy(plan.Refusal), plan.Refusal));
        Assert.All(plans.Where(plan => plan.Refusal is null), plan => Assert.Equal((UInt256)300UL, plan.Planned));
        Assert.Contains(plans, plan => plan.Refusal is null);
        await rigs[0].AssertCleanAsync();
    }

    [Fact]
    public async Task SameAmountWhileItIsBought_WaitsForThePlan()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.NotNull(await rig.Parts.Counters.FindAsync(PlanKey.Of(rig.Channel.Chain!.Reading, PaymentRig.Nonce(0)), default));
        var written = new TaskCompletionSource();
        rig.Store.ReadsWaitFor = written.Task;
        Task<PlanReply> first = rig.GetTokenAsync(300).AsTask();
        Assert.Equal((UInt256)300UL, rig.Record.Amount); // the channel's record is known, and the plan's is not yet
        Task<PlanReply> second = rig.GetTokenAsync(300).AsTask();
        Assert.False(second.IsCompleted);
        written.SetResult();
        Assert.Equal([(UInt256)300UL, (UInt256)300UL], (await Task.WhenAll(first, second)).Select(plan => plan.Planned));
    }

    [Fact]
    [Rule(2)]
    public async Task UsesAndPurchasesAtOnce_AtThreeReplicas_AllAddUp()
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] rigs = [new PaymentRig(store).Known(), new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        PrepaidToken token = await rigs[0].BuyAsync(500);
        int granted = 0;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(at => Task.Run(async () =>
        {
            if (at % 16 == 5)
            {
                PlanReply plan = await rigs[at % 3].GetTokenAsync(500 + (ulong)at);
                Assert.True(plan.Refusal is not { } text || IsBusy(text) || text.StartsWith("signed amount", StringComparison.Ordinal));
            }
            else
            {
                Assert.Null(await rigs[at % 3].PayAsync(token, 5));
                Interlocked.Increment(ref granted);
            }
        })));
        PlanReply last = await rigs[1].GetTokenAsync(600);
        Assert.Equal((UInt256)600UL, last.Planned);
        Assert.Equal((UInt256)(5UL * (ulong)granted), last.Used);
        await rigs[0].AssertCleanAsync();
    }

    [Theory]
    [InlineData(StoreFault.UnknownWritten, null)]
    [InlineData(StoreFault.UnknownLandsAfterRead, "unable to store new payment channel state")]
    [InlineData(StoreFault.UnknownLost, "unable to store new payment channel state")]
    [InlineData(StoreFault.NotWritten, "unable to store new payment channel state")]
    [InlineData(StoreFault.RepeatedWrite, null)]
    [Rule(7)]
    public async Task StoreFails_BothRecordsAreWrittenOrNeither(StoreFault fault, string? refusal)
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Time.JumpsToTimers = true;
        rig.Store.Fail(fault);
        PlanReply plan = await rig.GetTokenAsync(300);
        bool landed = rig.Channel.Record is { Amount: var amount } && amount == 300UL;
        Assert.Equal(landed ? null : refusal, plan.Refusal);
        Assert.Equal(0, rig.Store.LandLate());
        Assert.DoesNotContain("without-grant 1", rig.Events.Lines);
        Assert.Equal((UInt256)300UL, (await rig.GetTokenAsync(300)).Planned);
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(7)]
    public async Task UnknownForLong_IsResolvedByTheNextRequest_AndPlannedOnce()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Time.JumpsToTimers = true;
        Assert.NotNull(await rig.Parts.Counters.FindAsync(PlanKey.Of(rig.Channel.Chain!.Reading, PaymentRig.Nonce(0)), default));
        rig.Store.Fail(StoreFault.UnknownLandsLater);
        rig.Store.FailingReads = int.MaxValue;
        Assert.Equal("unable to store new payment channel state", (await rig.GetTokenAsync(300)).Refusal);
        rig.Store.FailingReads = 0;
        Assert.Equal((UInt256)300UL, (await rig.GetTokenAsync(300)).Planned);
        Assert.Equal(0, rig.Store.LandLate());
        Assert.Null(await rig.PayAsync(await rig.BuyAsync(300), 300));
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task Refusals_HaveTheProtocolsTexts()
    {
        PaymentRig rig = new PaymentRig().Known();
        await rig.BuyAsync(300);
        Assert.Equal("channel is not found, channelId: 7", (await rig.GetTokenAsync(10, channel: 7)).Refusal);
        Assert.Equal(
            "signed amount for token request needs to be greater than last signed amount", (await rig.GetTokenAsync(299)).Refusal);
        Assert.Equal(
            "signed amount for token request cannot be greater than full amount in channel", (await rig.GetTokenAsync(1_001)).Refusal);
        Assert.Equal(
            "only channel signer/sender/receiver can get a Valid Token", (await rig.GetTokenAsync(300, by: PaymentRig.Stranger)).Refusal);
        Assert.Equal("authentication failed as the signature passed has expired", (await rig.GetTokenAsync(300, block: 994)).Refusal);
        Assert.Equal("payment is not signed by channel signer", (await rig.GetTokenAsync(310, claimBy: PaymentRig.Recipient)).Refusal);
        Assert.Equal("payment is not signed by channel signer", (await rig.GetTokenAsync(300, claimBy: PaymentRig.Recipient)).Refusal);
        Assert.Equal("incorrect payment channel nonce, latest: 0, sent: 1", (await rig.GetTokenAsync(310, nonce: 1)).Refusal);
        ChannelPayment malformed = PaymentRig.Pay(310) with { Signature = new byte[3] };
        Assert.Equal("incorrect signature", (await rig.Parts.Plans.GetAsync(malformed, 1_000, new byte[65], default, default)).Refusal);
        rig.Chain.Mine(900);
        string? late = (await rig.GetTokenAsync(310, block: 1_900)).Refusal;
        Assert.StartsWith("payment channel is near to be expired", late, StringComparison.Ordinal);
        Assert.Equal((UInt256)300UL, rig.Record.Amount);
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(11)]
    public async Task DepositJustMade_IsSeen()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Chain.TopUp(PaymentRig.One, 1_000);
        Assert.Equal((UInt256)1_500UL, (await rig.GetTokenAsync(1_500)).Planned);
    }

    [Fact]
    public async Task RunningEscrowCall_OneMoreIsBoughtAfterIt_TheSameIsAnswered()
    {
        PaymentRig rig = new PaymentRig().Known();
        await rig.BuyAsync(300);
        SnetGateway.Payments.Settlement.Reservation running = await rig.ReserveAsync(PaymentRig.Pay(310), 10);
        Assert.Null((await rig.GetTokenAsync(300)).Refusal);
        Task<PlanReply> waits = rig.GetTokenAsync(320).AsTask();
        Assert.False(waits.IsCompleted);
        Assert.Null(await running.SettleAsync());
        PlanReply plan = await waits;
        Assert.True(plan.Refusal is null, plan.Refusal);
        Assert.Equal((UInt256)310UL, plan.Planned);
        await rig.AssertCleanAsync();
    }

    private static bool IsBusy(string text) => text == Refusals.Busy(PaymentRig.One).Message;
}
