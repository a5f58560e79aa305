using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Calls;

/// <summary>What is worth a look at the chain, what never is, and what a missing answer becomes (rules 10 to 12).</summary>
public sealed class FreshReadTests
{
    [Fact]
    public async Task KnownChannel_PaysWithoutTheChain()
    {
        PaymentRig rig = new PaymentRig().Known();
        for (ulong i = 1; i <= 50; i++)
        {
            Assert.Null(await rig.PayAsync(PaymentRig.Pay(i * 10), 10));
        }

        Assert.Empty(rig.Chain.Looks);
        Assert.Equal(50, rig.Store.Commits);
        Assert.Equal(0, rig.Store.Reads);
    }

    [Fact]
    [Rule(12)]
    public async Task KnownChannel_AfterAnIdleTime_IsCheckedByWhatIsFollowedThen()
    {
        PaymentRig rig = new PaymentRig().Known();
        ClaimWhileIdle(rig);
        PaymentRefusal refusal = (await rig.PayAsync(PaymentRig.Pay(10), 10))!;
        Assert.Equal(RefusalReason.WrongNonce, refusal.Reason);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, nonce: 1), 10));
    }

    [Fact]
    [Rule(3)]
    public async Task Settle_AfterAnIdleTime_IsCheckedByWhatIsFollowedThen()
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        ClaimWhileIdle(rig);
        Assert.Equal(RefusalReason.WrongNonce, (await reservation.SettleAsync())!.Reason);
        Assert.Equal(0, rig.Store.Commits);
    }

    /// <summary>The next use finds the gateway idle, and a claim is followed before it continues.</summary>
    private static void ClaimWhileIdle(PaymentRig rig) => rig.Chain.WhileIdle = async () =>
    {
        rig.Chain.WhileIdle = null;
        await Task.Yield();
        rig.Chain.Claim(PaymentRig.One, 5);
        rig.Chain.Learn(PaymentRig.One);
    };

    /// <summary>An endpoint that withholds the event of a claim does not say so.</summary>
    [Fact]
    [Rule(12)]
    public async Task KnownChannel_WithAReadingOfTenMinutesAgo_IsReadInTheBackground_AndItsCallWaitsForNothing()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Time.Advance(TimeSpan.FromMinutes(10));
        rig.Chain.Mine();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Assert.Empty(rig.Chain.ReadsLater);

        rig.Time.Advance(TimeSpan.FromSeconds(1));
        rig.Chain.Claim(PaymentRig.One, 10, announce: false);
        ValueTask<AdmissionResult> admission = rig.AdmitAsync(PaymentRig.Pay(20), 10);
        Assert.True(admission.IsCompleted);
        Assert.Null(await (await admission).Reservation!.SettleAsync());
        Assert.Equal([PaymentRig.One], rig.Chain.ReadsLater);
        Assert.Empty(rig.Chain.Looks);

        rig.Chain.Learn(PaymentRig.One);
        Assert.Equal(1000, (await rig.PayAsync(PaymentRig.Pay(30), 10))!.StatusCode);
        Assert.Single(rig.Chain.ReadsLater);
    }

    [Fact]
    [Rule(12)]
    public async Task ReadingOfAnEarlierRun_WhoseLogsWereFollowed_PaysAtOnce_AndIsReadAgainBehind()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        var restarted = new PaymentRig(rig.Store);
        restarted.Book.GetOrAdd(PaymentRig.One).Adopt(rig.Record);
        restarted.Channel.MarkFollowedFrom(rig.Record.Reading!.Block.Number);
        Assert.Equal(ReadingFreshness.Recorded, restarted.Channel.Chain!.Freshness);

        Assert.Null(await restarted.PayAsync(PaymentRig.Pay(20), 10));
        Assert.Empty(restarted.Chain.Looks);
        Assert.Equal([PaymentRig.One], restarted.Chain.ReadsLater);

        // Beyond the staleness bound it is read first, as any other.
        restarted.Time.Advance(TimeSpan.FromHours(1));
        await restarted.PayAsync(PaymentRig.Pay(30), 10);
        Assert.Single(restarted.Chain.Looks);
    }

    [Fact]
    [Rule(10)]
    public async Task ReadingOfAnEarlierRun_RefusedPayment_AsksForNoRead()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        var restarted = new PaymentRig(rig.Store);
        restarted.Book.GetOrAdd(PaymentRig.One).Adopt(rig.Record);
        restarted.Channel.MarkFollowedFrom(rig.Record.Reading!.Block.Number);
        Assert.NotNull(await restarted.PayAsync(PaymentRig.Pay(20, by: PaymentRig.Stranger), 10));
        Assert.Empty(restarted.Chain.ReadsLater);
    }

    [Fact]
    public async Task UnknownChannel_OneLookInTheStrangersHalf()
    {
        var rig = new PaymentRig();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        Assert.Equal([(PaymentRig.One, ReadPriority.Anonymous)], rig.Chain.Looks);
    }

    [Theory]
    [InlineData(5_000UL, 0UL)] // more than the channel has
    [InlineData(10UL, 1UL)] // a nonce above the known one
    [Rule(11)]
    public async Task CurableRefusal_SignedByAParty_GetsOneFreshRead(ulong amount, ulong nonce)
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.NotNull(await rig.PayAsync(PaymentRig.Pay(amount, nonce), 10));
        Assert.Equal(ReadPriority.KnownParty, Assert.Single(rig.Chain.Looks).Priority);
    }

    [Theory]
    [InlineData(10UL, 0UL)]
    [InlineData(5_000UL, 0UL)]
    [InlineData(10UL, 1UL)]
    [InlineData(5_000UL, 7UL)]
    [Rule(10)]
    public async Task AnythingSignedByAStranger_NeverReachesChainOrStore(ulong amount, ulong nonce)
    {
        PaymentRig rig = new PaymentRig().Known();
        for (int i = 0; i < 50; i++)
        {
            Assert.NotNull(await rig.PayAsync(PaymentRig.Pay(amount, nonce, by: PaymentRig.Stranger), 10));
        }

        Assert.Empty(rig.Chain.Looks);
        Assert.Equal(0, rig.Store.Commits + rig.Store.Reads);
    }

    [Fact]
    public async Task AnythingSignedByAStranger_AtAnExpiringChannel_NeverReachesTheChain()
    {
        var rig = new PaymentRig();
        rig.Chain.Extend(PaymentRig.One, 1_050);
        rig.Known();
        Assert.Equal(RefusalReason.WrongSigner, (await rig.PayAsync(PaymentRig.Pay(10, by: PaymentRig.Stranger), 10))!.Reason);
        Assert.Empty(rig.Chain.Looks);
    }

    [Fact]
    public async Task EarlierNonce_IsWrongForEver_NoLook()
    {
        var rig = new PaymentRig();
        rig.Chain.Claim(PaymentRig.One, 10, announce: false);
        rig.Known();
        Assert.Equal("incorrect payment channel nonce, latest: 1, sent: 0", (await rig.PayAsync(PaymentRig.Pay(10), 10))!.Message);
        Assert.Empty(rig.Chain.Looks);
    }

    [Fact]
    public async Task WrongAmount_NoLook_AndNoReadOfAStoreThatIsOursAlone()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Equal(RefusalReason.WrongAmount, (await rig.PayAsync(PaymentRig.Pay(11), 10))!.Reason);
        Assert.Empty(rig.Chain.Looks);
        Assert.Equal(0, rig.Store.Reads);
    }

    [Fact]
    [Rule(11)]
    public async Task WrongAmount_OnASharedStore_RecordIsReadAgainFirst()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        var other = new PaymentRig(rig.Store);
        Assert.Null(await other.Known().PayAsync(PaymentRig.Pay(10), 10));

        // Known to this gateway: nothing paid. The other replica's record makes 20 right.
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        Assert.Equal(1, rig.Store.Reads);
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(11)]
    public async Task WrongAmount_OnASharedStoreThatDoesNotAnswer_IsNotAWrongRefusal()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true, FailingReads = 1 }).Known();
        Assert.Equal(RefusalReason.NotRecorded, (await rig.PayAsync(PaymentRig.Pay(20), 10))!.Reason);
        rig.AssertIdle();
    }

    [Fact]
    [Rule(9)]
    public async Task AmountAboveRecordAndPrice_ValidlySigned_RaisesTheLedgerAlert()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.NotNull(await rig.PayAsync(PaymentRig.Pay(11), 10));
        Assert.Equal(["mismatch 1 0 11"], rig.Events.Lines);
        Assert.NotNull(await rig.PayAsync(PaymentRig.Pay(9), 10));
        Assert.Single(rig.Events.Lines);
    }

    [Fact]
    [Rule(11)]
    public async Task TopUp_IsVisibleToTheVeryNextCall()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(1_000), 1_000));
        rig.Chain.TopUp(PaymentRig.One, 500);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(1_500), 500));
        Assert.Equal(
            "not enough tokens on payment channel, channel amount: 1500, payment amount: 1501",
            (await rig.PayAsync(PaymentRig.Pay(1_501), 1))!.Message);
    }

    [Fact]
    [Rule(11)]
    public async Task Extension_IsVisibleToTheVeryNextCall()
    {
        var rig = new PaymentRig();
        rig.Chain.Extend(PaymentRig.One, 1_050);
        rig.Known();
        Assert.Equal(RefusalReason.NearExpiry, (await rig.PayAsync(PaymentRig.Pay(10), 10))!.Reason);
        rig.Chain.Extend(PaymentRig.One, 9_000);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
    }

    [Fact]
    [Rule(11)]
    public async Task NewChannel_IsVisibleToTheVeryNextCall()
    {
        var rig = new PaymentRig();
        Assert.Equal(RefusalReason.ChannelNotFound, (await rig.PayAsync(PaymentRig.Pay(10, channel: 2), 10))!.Reason);
        rig.Chain.Open(PaymentRig.Id(2), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 100, 5_000);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, channel: 2), 10));
    }

    [Theory]
    [InlineData(ChannelReadResult.NoBudget)]
    [InlineData(ChannelReadResult.Unreachable)]
    [Rule(10, 11)]
    public async Task NoAnswer_IsNeverAWrongRefusal(ChannelReadResult outage)
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Chain.Outage = outage;
        foreach (ChannelPayment payment in (ChannelPayment[])[PaymentRig.Pay(5_000), PaymentRig.Pay(10, 1), PaymentRig.Pay(10, channel: 2)])
        {
            PaymentRefusal? refusal = await rig.PayAsync(payment, 10);
            Assert.Equal((14, "the payment cannot be checked against the blockchain now, please try again later"), (refusal!.StatusCode,
                refusal.Message));
        }

        rig.Chain.Mine(950);
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(10), 10))!.Reason);
        Assert.Equal(0, rig.Store.Commits);
    }

    [Fact]
    [Rule(12)]
    public async Task ChainUnreachable_KnownChannelGoesOnUntilTheBound()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        rig.Time.Advance(PaymentRig.Bound);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Assert.Empty(rig.Chain.Looks);

        rig.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(20), 10))!.Reason);

        rig.Chain.Outage = null;
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
    }

    [Fact]
    [Rule(12)]
    public async Task ChainUnreachable_BoundCountsFromTheCursorWhereThatIsLater()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Time.Advance(TimeSpan.FromMinutes(4));
        rig.Chain.Mine();
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        rig.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        rig.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(20), 10))!.Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule(12)]
    public async Task LookThatFindsAReadingBeyondTheBound_AdmitsNothing(bool known)
    {
        // All endpoints stopped at one head: a look ends well, and gives what was read long ago.
        var rig = new PaymentRig();
        if (known)
        {
            rig.Known();
        }

        rig.Chain.ReadAt = rig.Time.GetUtcNow();
        rig.Time.Advance(PaymentRig.Bound + TimeSpan.FromTicks(1));
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(10), 10))!.Reason);
        Assert.Single(rig.Chain.Looks);
        rig.AssertIdle();

        rig.Chain.ReadAt = null;
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
    }

    [Fact]
    public async Task OutdatedReading_IsReadAgainOnce()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Channel.MarkOutdated(rig.Time.GetUtcNow());
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        Assert.Equal([(PaymentRig.One, ReadPriority.KnownParty)], rig.Chain.Looks);
    }

    [Fact]
    public async Task OutdatedReading_ChainUnreachable_GoesOnFromWhereNothingWasMissed()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Channel.MarkOutdated(rig.Time.GetUtcNow());
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        rig.Time.Advance(PaymentRig.Bound);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));

        // The logs go on, but what was missed stays missed.
        rig.Chain.Mine();
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(20), 10))!.Reason);
    }

    [Fact]
    [Rule(8)]
    public async Task AfterAClaim_FundsAreReadBeforeAnyAmountIsJudged()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(900), 900));
        rig.Chain.Claim(PaymentRig.One, 900);

        Assert.Equal(
            "not enough tokens on payment channel, channel amount: 100, payment amount: 101",
            (await rig.PayAsync(PaymentRig.Pay(101, 1), 101))!.Message);
        Assert.Single(rig.Chain.Looks);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(100, 1), 100));
    }

    [Theory]
    [InlineData(ChannelReadResult.NoBudget)]
    [InlineData(ChannelReadResult.Unreachable)]
    public async Task AfterAClaim_NoAnswer_NoAmountIsJudged(ChannelReadResult outage)
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(900), 900));
        rig.Chain.Claim(PaymentRig.One, 900);
        rig.Chain.Outage = outage;
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(10, 1), 10))!.Reason);
    }

    [Fact]
    [Rule(8)]
    public async Task AfterAClaim_EndpointThatLags_NoAmountIsJudged()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Chain.Lagging = rig.Chain.Snapshot();
        rig.Chain.Claim(PaymentRig.One, 900);
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(10, 1), 10))!.Reason);
        Assert.Equal("incorrect payment channel nonce, latest: 1, sent: 0", (await rig.PayAsync(PaymentRig.Pay(10), 10))!.Message);
        rig.Chain.Lagging = null;
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, 1), 10));
    }

    [Fact]
    [Rule(5)]
    public async Task ClaimWhileACallWaitsInLine_ItIsToldTheNewNonce()
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation running = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        Task<PaymentRefusal?> waiting = rig.PayAsync(PaymentRig.Pay(20), 10);
        rig.Chain.Claim(PaymentRig.One, 0);

        Assert.Equal("incorrect payment channel nonce, latest: 1, sent: 0", (await running.SettleAsync())!.Message);
        Assert.Equal("incorrect payment channel nonce, latest: 1, sent: 0", (await waiting.WaitAsync(TimeSpan.FromSeconds(10)))!.Message);
        Assert.Equal(0, rig.Store.Commits);
        rig.AssertIdle();
    }

    [Fact]
    public async Task ForeignChannel_IsLookedAtOnceAndRememberedAsSuch()
    {
        var rig = new PaymentRig();
        rig.Chain.Open(PaymentRig.Id(2), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.OtherRecipient, 100, 5_000);
        rig.Chain.Open(PaymentRig.Id(3), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.OtherGroup, 100, 5_000);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(Refusals.OtherRecipient(), await rig.PayAsync(PaymentRig.Pay(10, channel: 2), 10));
            Assert.Equal(
                Refusals.OtherGroup(PaymentRig.Group.Id, PaymentRig.OtherGroup.Id), await rig.PayAsync(PaymentRig.Pay(10, channel: 3), 10));
        }

        Assert.Equal(2, rig.Chain.Looks.Count);
        Assert.Equal(0, rig.Book.Count);
    }

    [Fact]
    public async Task ClientLeavesDuringALook_NothingIsHeld()
    {
        PaymentRig rig = new PaymentRig().Known();
        using var leaving = new CancellationTokenSource();
        rig.Chain.BeforeAnswer = _ => leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await rig.AdmitAsync(PaymentRig.Pay(5_000), 10, leaving.Token));
        rig.AssertIdle();
    }

    [Fact]
    public async Task ForeignChannel_WhoseGroupTheCallHasAndTheBookHasNotYet_IsNeverTakenForAdmitted()
    {
        // Between two configurations a call can belong to a group that the book does not serve yet.
        var rig = new PaymentRig();
        rig.Chain.Open(PaymentRig.Id(3), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.OtherGroup, 100, 5_000);
        for (int i = 0; i < 2; i++)
        {
            AdmissionResult admission =
                await rig.Payments.AdmitAsync(PaymentRig.Pay(10, channel: 3), PaymentRig.Call(10, PaymentRig.OtherGroup), default);
            Assert.Equal(RefusalReason.ChainUnavailable, admission.Refusal!.Reason);
        }

        rig.Book.Groups = [PaymentRig.Group, PaymentRig.OtherGroup];
        AdmissionResult next =
            await rig.Payments.AdmitAsync(PaymentRig.Pay(10, channel: 3), PaymentRig.Call(10, PaymentRig.OtherGroup), default);
        Assert.Null(next.Refusal);
    }

    [Fact]
    public async Task GapAfterARestart_StaysMissed_ThoughTheCursorGoesOn()
    {
        var before = new PaymentRig();
        Assert.Null(await before.Known().PayAsync(PaymentRig.Pay(10), 10));
        before.Time.Advance(TimeSpan.FromDays(1));

        // A new process: the record's reading is a day old, and the follower could not fill the gap since.
        var rig = new PaymentRig(before.Store, before.Time);
        await rig.Parts.Sync.LoadAsync(default);
        rig.Channel.MarkOutdated(rig.Time.GetUtcNow() - TimeSpan.FromDays(1));
        rig.Chain.Mine();
        rig.Chain.Outage = ChannelReadResult.Unreachable;

        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(20), 10))!.Reason);
    }

    [Fact]
    [Rule(12)]
    public async Task Restart_ChainUnreachable_GoesOnWithinTheBoundWithoutAHead()
    {
        var before = new PaymentRig();
        Assert.Null(await before.Known().PayAsync(PaymentRig.Pay(10), 10));
        PaymentRig rig = await RestartWithoutAHeadAsync(before);

        rig.Time.Advance(PaymentRig.Bound);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(30), 10))!.Reason);
    }

    [Theory]
    [InlineData(1_899UL, true)]
    [InlineData(1_900UL, false)]
    [Rule(12)]
    public async Task Restart_WithoutAHead_ExpiryIsJudgedByTheCursor(ulong cursor, bool granted)
    {
        var before = new PaymentRig();
        Assert.Null(await before.Known().PayAsync(PaymentRig.Pay(10), 10));
        PaymentRig rig = await RestartWithoutAHeadAsync(before);
        rig.Chain.Cursor = FakeChain.Block(cursor, rig.Time);

        Assert.Equal(granted ? null : RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(20), 10))?.Reason);
    }

    [Theory]
    [InlineData(1_010UL, true)]
    [InlineData(1_011UL, false)]
    [Rule(12)]
    public async Task Restart_WithoutAHead_ExpiryIsJudgedByTheReadingWhereThatIsNewer(ulong block, bool granted)
    {
        // The record is written at a block where the settle's half margin still lets the channel pass.
        var before = new PaymentRig();
        before.Chain.Extend(PaymentRig.One, 1_111);
        Reservation reservation = await before.Known().ReserveAsync(PaymentRig.Pay(10), 10);
        before.Chain.Mine(block - 1_000);
        before.Known();
        Assert.Null(await reservation.SettleAsync());
        PaymentRig rig = await RestartWithoutAHeadAsync(before);

        foreach (ulong? cursor in new ulong?[] { 900, null })
        {
            rig.Chain.Cursor = cursor is { } number ? FakeChain.Block(number, rig.Time) : null;
            UInt256 amount = rig.Record.Amount.SaturatingAdd(10);
            Assert.Equal(granted ? null : RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(amount), 10))?.Reason);
        }
    }

    [Fact]
    [Rule(13)]
    public async Task IdGivenToAnotherChannelByAReorganisation_ItsNewOwnerIsNotRefusedByTheOldOne()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Chain.Open(PaymentRig.One, PaymentRig.Stranger, PaymentRig.Stranger, PaymentRig.Group, 1_000, 2_000);
        rig.Channel.MarkReorganised(rig.Time.GetUtcNow());

        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, by: PaymentRig.Stranger), 10));
        Assert.Equal([(PaymentRig.One, ReadPriority.Anonymous)], rig.Chain.Looks);

        // One look made it fresh: the old owner is a stranger now, and costs nothing.
        Assert.Equal(RefusalReason.WrongSigner, (await rig.PayAsync(PaymentRig.Pay(20), 10))!.Reason);
        Assert.Single(rig.Chain.Looks);
    }

    [Theory]
    [InlineData(ChannelReadResult.NoBudget)]
    [InlineData(ChannelReadResult.Unreachable)]
    [Rule(13)]
    public async Task IdGivenToAnotherChannelDuringALookWithoutAnswer_TheOldOwnersSignatureIsNotBooked(ChannelReadResult outage)
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Channel.MarkOutdated(rig.Time.GetUtcNow());
        rig.Chain.Outage = outage;
        rig.Chain.BeforeAnswer = id =>
        {
            // The follower's own reading, while the call waits for its look.
            rig.Book.Learn(
                rig.Chain.Read(id) with { Sender = PaymentRig.Stranger, Signer = PaymentRig.Stranger }, afterReorganisation: true);
            return Task.CompletedTask;
        };

        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(10), 10))!.Reason);
        Assert.Equal(0, rig.Store.Commits);
        rig.AssertIdle();
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)] // and it was claimed from once
    [Rule(11, 13)]
    public async Task IdGivenToAnotherChannel_KnownByAnotherReplicasReading_ItsNewOwnerIsNotRefusedByTheOldOne(ulong nonce)
    {
        var other = new PaymentRig();
        other.Chain.Open(PaymentRig.One, PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 1_000, 2_000, nonce);
        Assert.Null(await other.Known().PayAsync(PaymentRig.Pay(10, nonce), 10));

        // This gateway has the record, and never followed the block that its reading is of.
        var rig = new PaymentRig(other.Store, other.Time);
        await rig.Parts.Sync.LoadAsync(default);
        rig.Chain.Mine(2);
        rig.Chain.Open(PaymentRig.One, PaymentRig.Stranger, PaymentRig.Stranger, PaymentRig.Group, 1_000, 2_000);

        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, by: PaymentRig.Stranger), 10));
        Assert.Equal(RefusalReason.WrongSigner, (await rig.PayAsync(PaymentRig.Pay(20, nonce: 0), 10))!.Reason);
        Assert.Equal([(PaymentRig.One, ReadPriority.Anonymous)], rig.Chain.Looks);
    }

    [Fact]
    [Rule(13)]
    public async Task AnotherReplicasReading_BeyondFinality_AStrangersSignatureCostsNoLook()
    {
        var other = new PaymentRig();
        Assert.Null(await other.Known().PayAsync(PaymentRig.Pay(10), 10));
        var rig = new PaymentRig(other.Store, other.Time);
        await rig.Parts.Sync.LoadAsync(default);
        rig.Chain.Mine(64);

        Assert.Equal(RefusalReason.WrongSigner, (await rig.PayAsync(PaymentRig.Pay(20, by: PaymentRig.Stranger), 10))!.Reason);
        Assert.Empty(rig.Chain.Looks);
    }

    [Fact]
    [Rule(13)]
    public async Task RecordOfAnIdsNewOwner_IsNotPutAsideByAReplicaThatMissedTheReorganisation()
    {
        PaymentRig late = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        Assert.Null(await late.PayAsync(PaymentRig.Pay(10), 10));
        var rig = new PaymentRig(late.Store, late.Time);
        await rig.Parts.Sync.LoadAsync(default);
        foreach (PaymentRig gateway in new[] { rig, late })
        {
            gateway.Chain.Mine(2);
            gateway.Chain.Open(PaymentRig.One, PaymentRig.Stranger, PaymentRig.Stranger, PaymentRig.Group, 1_000, 2_000);
        }

        rig.Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, by: PaymentRig.Stranger), 10));
        await late.Ledger.RefreshAsync(late.Channel, default);

        // Its own reading still has the old owner, who shows again what was paid then.
        Assert.Equal(RefusalReason.ChainUnavailable, (await late.PayAsync(PaymentRig.Pay(10), 10))!.Reason);
        Assert.Equal(RefusalReason.WrongSigner, (await late.PayAsync(PaymentRig.Pay(10), 10))!.Reason);
        foreach (PaymentRig gateway in new[] { rig, late })
        {
            Assert.Equal(RefusalReason.WrongAmount, (await gateway.PayAsync(PaymentRig.Pay(10, by: PaymentRig.Stranger), 10))!.Reason);
        }

        Assert.Null(await late.PayAsync(PaymentRig.Pay(20, by: PaymentRig.Stranger), 10));
    }

    [Fact]
    public async Task Reorganised_MalformedSignature_StillNeverReachesTheChain()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Channel.MarkReorganised(rig.Time.GetUtcNow());
        Assert.Equal(
            RefusalReason.SignatureInvalid, (await rig.PayAsync(PaymentRig.Pay(10) with { Signature = new byte[64] }, 10))!.Reason);
        Assert.Empty(rig.Chain.Looks);
    }

    /// <summary>The next process on the same ledger, while no endpoint answers.</summary>
    private static async Task<PaymentRig> RestartWithoutAHeadAsync(PaymentRig before)
    {
        var rig = new PaymentRig(before.Store, before.Time);
        await rig.Parts.Sync.LoadAsync(default);
        rig.Chain.Head = null;
        rig.Chain.Cursor = null;
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        return rig;
    }
}
