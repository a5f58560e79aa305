using SnetGateway.Payments;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Calls;

/// <summary>The second look and the one write: what each of its ends leaves in the ledger, in memory and with the client.</summary>
public sealed class SettleTests
{
    [Theory]
    [InlineData(1_949UL, null, true)]
    [InlineData(1_950UL, null, false)]
    [InlineData(1_999UL, 0, true)]
    [InlineData(2_000UL, 0, false)]
    [InlineData(1_989UL, 10, true)]
    [InlineData(1_990UL, 10, false)]
    [Rule(3)]
    public async Task SecondLook_ChannelNearItsEnd_IsRefusedByTheMargin(ulong head, int? margin, bool granted)
    {
        PaymentRig rig = new PaymentRig(options: new PaidCallOptions { SettleMarginBlocks = margin }).Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        rig.Chain.Mine(head - 1_000);

        PaymentRefusal? refusal = await reservation.SettleAsync();

        Assert.Equal(
            granted
                ? null
                : $"payment channel is near to be expired, expiration time: 2000, current block: {head}, expiration threshold: 100",
            refusal?.Message);
        Assert.Equal(granted ? 1 : 0, rig.Store.Commits);
        Assert.Equal(granted ? [] : ["without-grant 1"], rig.Events.Lines);
        rig.AssertIdle();
    }

    [Fact]
    [Rule(3)]
    public async Task SecondLook_MarginAboveTheThreshold_IsTheThreshold()
    {
        // Else every call of a channel in between would be executed and then refused.
        PaymentRig rig = new PaymentRig(options: new PaidCallOptions { SettleMarginBlocks = 500 }).Known();
        rig.Chain.Mine(899);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
    }

    [Fact]
    [Rule(3)]
    public async Task SecondLook_ClaimInBetween_IsTheNewNonce()
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        rig.Chain.Claim(PaymentRig.One, 0);
        Assert.Equal((1000, "incorrect payment channel nonce, latest: 1, sent: 0"), Answer(await reservation.SettleAsync()));
        Assert.Equal(0, rig.Store.Commits);
    }

    [Fact]
    [Rule(3)]
    public async Task SecondLook_FundsGoneInBetween_AreNotSpent()
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        rig.Book.Learn(rig.Chain.Read(PaymentRig.One) with { Value = 9 }, afterReorganisation: true);
        Assert.Equal(
            (16, "not enough tokens on payment channel, channel amount: 9, payment amount: 10"), Answer(await reservation.SettleAsync()));
    }

    [Fact]
    public async Task SecondLook_FundsUnknownSince_AreNotSpent()
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        rig.Channel.MarkReorganised(rig.Time.GetUtcNow());
        Assert.Equal(RefusalReason.ChainUnavailable, (await reservation.SettleAsync())!.Reason);
        Assert.Equal(0, rig.Store.Commits);
        rig.AssertIdle();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [Rule(3, 12)]
    public async Task SecondLook_ChainNotReadWithinTheBoundSince_NothingIsBooked(int ticksBeyond, bool granted)
    {
        PaymentRig rig = new PaymentRig(options: new PaidCallOptions { AbandonedCallsPerMinute = 0 }).Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        rig.Time.Advance(PaymentRig.Bound + TimeSpan.FromTicks(ticksBeyond));

        PaymentRefusal? refusal = await reservation.SettleAsync();

        Assert.Equal(granted ? null : "the payment cannot be checked against the blockchain now, please try again later", refusal?.Message);
        Assert.Equal(granted ? 1 : 0, rig.Store.Commits);
        Assert.Equal(granted ? [] : ["without-grant 1"], rig.Events.Lines);
        rig.AssertIdle();

        // Not the payer's fault: there is no pause, and the payment that was not booked is right again.
        rig.Chain.Mine();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(granted ? 20UL : 10UL), 10));
    }

    [Fact]
    public async Task SecondLook_IdGivenToAnotherChannelSince_ItsMoneyIsNotBooked()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(20), 10);
        rig.Book.Learn(
            rig.Chain.Read(PaymentRig.One) with { Sender = PaymentRig.Stranger, Signer = PaymentRig.Stranger }, afterReorganisation: true);

        Assert.Equal(RefusalReason.ChainUnavailable, (await reservation.SettleAsync())!.Reason);
        Assert.Equal(UInt256.FromUInt64(10), rig.Record.Amount);
        Assert.Equal(PaymentRig.Sender, rig.Record.Sender);
        await rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule(3)]
    public async Task SecondLook_IdGivenToAChannelOfTheSamePartiesThatPaysSomebodyElse_IsNotBooked(bool otherRecipient)
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        PaymentGroup other = otherRecipient ? PaymentRig.OtherRecipient : PaymentRig.OtherGroup;
        rig.Book.Learn(
            rig.Chain.Read(PaymentRig.One) with { Recipient = other.Recipient, GroupId = other.Id }, afterReorganisation: true);

        Assert.Equal(
            otherRecipient ? Refusals.OtherRecipient() : Refusals.OtherGroup(PaymentRig.Group.Id, other.Id),
            await reservation.SettleAsync());
        Assert.Equal(0, rig.Store.Commits);
        rig.AssertIdle();
    }

    [Fact]
    [Rule(13)]
    public async Task IdGivenToAnotherChannelRightBeforeTheWrite_RecordIsOfThePartiesThatSigned()
    {
        // The follower takes no turn: it may learn of a reorganisation between the second look and the write.
        PaymentRig rig = new PaymentRig().Known();
        ChannelReading signed = rig.Channel.Chain!.Reading;
        rig.Book.Learn(signed with { Sender = PaymentRig.Stranger, Signer = PaymentRig.Stranger }, afterReorganisation: true);

        var reservation = new ChannelReservation(
            rig.Parts.Settlement, rig.Channel, PaymentRig.Pay(10), 10, PaymentRig.Call(10), checkedRecord: null, signed);

        SettleWrite write = rig.Ledger.Prepare(reservation, signed);
        Assert.Null(await rig.Ledger.ConcludeAsync(write, await rig.Ledger.CommitAsync(write), TimeSpan.FromSeconds(1)));

        Assert.Equal((PaymentRig.Sender, PaymentRig.Signer, signed), (rig.Record.Sender, rig.Record.Signer, rig.Record.Reading));
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(8)]
    public async Task RecordMovedInThisProcessRightBeforeTheWrite_NonceNeverGoesBack()
    {
        // A claim takes no turn: it may move the record between the second look and the write.
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(20), 10);
        MoveToNextNonce(rig);

        Assert.Equal((1000, "incorrect payment channel nonce, latest: 1, sent: 0"), Answer(await reservation.SettleAsync()));
        Assert.Equal(PaymentRig.Nonce(1), rig.Record.Nonce);
    }

    [Fact]
    [Rule(2)]
    public async Task RecordMovedWhileTheWriteIsBuilt_TheComparisonDecides()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(20), 10);
        rig.Store.BeforeCommit = () =>
        {
            rig.Store.BeforeCommit = null;
            MoveToNextNonce(rig);
        };

        Assert.Equal((1000, "incorrect payment channel nonce, latest: 1, sent: 0"), Answer(await reservation.SettleAsync()));
        Assert.Equal(PaymentRig.Nonce(1), ChannelRecordCodec.Read(rig.Store.Find(rig.Channel.Key)!).Nonce);
    }

    [Fact]
    [Rule(2)]
    public async Task Settle_IsBuiltOnTheRecordThatWasJudged()
    {
        // Whoever writes the same nonce meanwhile (a replica whose record was read here) must not be overwritten.
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        PaymentRig other = new PaymentRig(rig.Store).Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        Assert.Null(await other.PayAsync(PaymentRig.Pay(10), 10));
        rig.Channel.Adopt(ChannelRecordCodec.Read(rig.Store.Find(rig.Channel.Key)!));

        Assert.Equal((9, "another transaction on channel: {ID: 1} is in progress"), Answer(await reservation.SettleAsync()));
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(15)]
    public async Task Settled_RecordJournalAndMemorySayTheSame()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(25, by: PaymentRig.Sender), 15));

        ChannelRecord stored = ChannelRecordCodec.Read(rig.Store.Find(rig.Channel.Key)!);
        Assert.Equal((rig.Record.Revision, rig.Record.Amount, rig.Record.Sequence), (stored.Revision, stored.Amount, stored.Sequence));
        Assert.Equal((UInt256.FromUInt64(25), 2L), (stored.Amount, stored.Sequence));
        var entry = JournalEntry.Read(rig.Store.Entry(rig.Channel.Key, 2));
        Assert.Equal((EntryKind.Settle, UInt256.FromUInt64(25), UInt256.FromUInt64(15)), (entry.Kind, entry.Amount, entry.Price));
        Assert.Equal(("calculator", "/example.Calculator/add"), (entry.Service, entry.Method));
        Assert.Equal(rig.Time.GetUtcNow(), entry.At);
        Assert.Empty(rig.Events.Lines);
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(2, 6)]
    public async Task Outrun_TheOtherReplicaWon_NoByte()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        PaymentRig other = new PaymentRig(rig.Store).Known();
        Reservation first = await rig.ReserveAsync(PaymentRig.Pay(10), 10), copy = await other.ReserveAsync(PaymentRig.Pay(10), 10);

        Assert.Null(await first.SettleAsync());
        Assert.Equal((9, "another transaction on channel: {ID: 1} is in progress"), Answer(await copy.SettleAsync()));
        Assert.Equal(["without-grant 1"], other.Events.Lines);
        other.AssertIdle();
        Assert.Null(await other.PayAsync(PaymentRig.Pay(20), 10));
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(2)]
    public async Task RecordDeletedFromTheStore_OneCallIsRefused_AndTheNextWritesItAgain()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        rig.Store.Remove(rig.Channel.Key);
        Assert.Equal(RefusalReason.Busy, (await rig.PayAsync(PaymentRig.Pay(20), 10))!.Reason);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        Assert.Equal(UInt256.FromUInt64(20), ChannelRecordCodec.Read(rig.Store.Find(rig.Channel.Key)!).Amount);
        rig.AssertIdle();
    }

    [Fact]
    [Rule(6)]
    public async Task OnePaymentToTwoReplicas_AgainAndAgain_PausesThePayerWhereItLoses()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        PaymentRig other = new PaymentRig(rig.Store).Known();
        ulong amount = 0;
        for (int i = 0; i < 11; i++)
        {
            amount += 10;
            Reservation first = await rig.ReserveAsync(PaymentRig.Pay(amount), 10);
            Reservation copy = await other.ReserveAsync(PaymentRig.Pay(amount), 10);
            Assert.Null(await first.SettleAsync());
            Assert.Equal(RefusalReason.Busy, (await copy.SettleAsync())!.Reason);
        }

        Assert.Equal(RefusalReason.Busy, (await other.PayAsync(PaymentRig.Pay(amount + 10), 10))!.Reason);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(amount + 10), 10));
    }

    [Fact]
    [Rule(2)]
    public async Task NonceMoved_TheOtherReplicaSawTheClaimFirst_NoByte()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        PaymentRig other = new PaymentRig(rig.Store).Known();
        Reservation running = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        other.Chain.Claim(PaymentRig.One, 0);
        Assert.Null(await other.PayAsync(PaymentRig.Pay(5, 1), 5));

        Assert.Equal((1000, "incorrect payment channel nonce, latest: 1, sent: 0"), Answer(await running.SettleAsync()));
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task NotWritten_NothingIsChangedAndTheSamePaymentIsRightAgain()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Store.Fail(StoreFault.NotWritten);
        Assert.Equal((13, "unable to store new payment channel state"), Answer(await rig.PayAsync(PaymentRig.Pay(10), 10)));
        Assert.Equal(["without-grant 1", "not-written 1"], rig.Events.Lines);
        Assert.Null(rig.Channel.Record);
        rig.AssertIdle();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
    }

    [Fact]
    public async Task StoreThatBreaksWithAnException_IsInDoubtAndDecidedByTheNextCall()
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        rig.Store.Fail(StoreFault.ThrowsWritten);
        Assert.Equal(Refusals.OutcomeUnknown(), await reservation.SettleAsync());
        Assert.IsType<InvalidOperationException>(reservation.Fault);
        Assert.Equal(["without-grant 1", "unknown 1"], rig.Events.Lines);
        rig.AssertIdle();

        // It had been written: the same payment is spent, and the next total goes on from there.
        Assert.Equal((16, "income 0 does not equal to price 10"), Answer(await rig.PayAsync(PaymentRig.Pay(10), 10)));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task Price0_WritesNothing()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(0), 0));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 0));
        Assert.Equal(1, rig.Store.Commits);
        rig.AssertIdle();
    }

    [Theory]
    [InlineData(0, 27)]
    [InlineData(1, 28)]
    [InlineData(27, 27)]
    [InlineData(28, 28)]
    public async Task Hole31_SignatureIsStoredAsTheContractWantsIt(byte sent, byte stored)
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, v: sent), 10));
        Assert.Equal((65, stored), (rig.Record.Signature.Length, rig.Record.Signature.Span[64]));
        Assert.Equal(stored, ChannelRecordCodec.Read(rig.Store.Find(rig.Channel.Key)!).Signature.Span[64]);
        Assert.Equal(stored, JournalEntry.Read(rig.Store.Entry(rig.Channel.Key, 1)).Signature.Span[64]);
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task Signature_IsNotKeptInTheCallersMemory()
    {
        PaymentRig rig = new PaymentRig().Known();
        ChannelPayment payment = PaymentRig.Pay(10);
        byte[] callers = payment.Signature.ToArray();
        Assert.Null(await rig.PayAsync(payment with { Signature = callers }, 10));
        callers.AsSpan().Fill(0xee); // the host may rent its memory
        Assert.Equal(payment.Signature.ToArray(), rig.Record.Signature.ToArray());
    }

    [Fact]
    [Rule(8)]
    public async Task EarlierNonce_IsKeptUntilItsClaimIsFinal_AndThenDropped()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        byte[] signature = rig.Record.Signature.ToArray();
        rig.Chain.Claim(PaymentRig.One, 10);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(5, 1), 5));

        SignedTotal kept = Assert.Single(rig.Record.Earlier);
        Assert.Equal((PaymentRig.Nonce(0), UInt256.FromUInt64(10), 1_000UL), (kept.Nonce, kept.Amount, kept.ShownClaimedAtBlock));
        Assert.Equal(signature, kept.Signature.ToArray());

        rig.Chain.Mine(63);
        rig.Chain.Learn(PaymentRig.One);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, 1), 5));
        Assert.Single(rig.Record.Earlier);

        rig.Chain.Mine();
        rig.Chain.Learn(PaymentRig.One);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(15, 1), 5));
        Assert.Empty(rig.Record.Earlier);
    }

    [Fact]
    [Rule(8)]
    public async Task EarlierNonce_WhoseClaimWasUndone_IsKeptAgain()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        rig.Chain.Claim(PaymentRig.One, 10);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(5, 1), 5));

        // The claim is no longer in the chain; the ledger stays at nonce 1, and the money of nonce 0 is still to be claimed.
        rig.Book.Learn(rig.Chain.Read(PaymentRig.One) with { Nonce = new(0), Value = 1_000 }, afterReorganisation: true);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, 1), 5));
        Assert.Equal(0UL, Assert.Single(rig.Record.Earlier).ShownClaimedAtBlock);

        rig.Chain.Mine(500);
        rig.Book.Learn(
            rig.Chain.Read(PaymentRig.One) with { Nonce = new(0), Value = 1_000, Block = rig.Chain.Head!.Value },
            afterReorganisation: true);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(15, 1), 5));
        Assert.Single(rig.Record.Earlier);
    }

    [Fact]
    [Rule(8)]
    public async Task Funds_AreTheValueLessEarlierTotalsThatAreNotYetClaimed()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(300), 300));
        MoveToNextNonce(rig);

        Assert.Equal(
            (16, "not enough tokens on payment channel, channel amount: 700, payment amount: 701"),
            Answer(await rig.PayAsync(PaymentRig.Pay(701, 1), 701)));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(700, 1), 700));
        Assert.Equal(2, rig.Record.Earlier.Count + 1);
    }

    [Fact]
    public async Task Funds_ANonceAboveTheRecords_LeavesOutWhatTheRecordHolds()
    {
        // No call asks for such a nonce today: while a claim is on its way, either the funds are unknown or the record has moved with it.
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(300), 300));

        Assert.True(ChannelChecks.TryGetFunds(rig.Channel, rig.Channel.Chain!, PaymentRig.Nonce(1), out UInt256 funds));
        Assert.Equal(UInt256.FromUInt64(700), funds);
    }

    [Fact]
    [Rule(8)]
    public async Task Funds_EarlierTotalNotKnownHere_NothingIsJudged()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(300), 300));
        MoveToNextNonce(rig, keepEarlier: false);
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(10, 1), 10))!.Reason);
    }

    [Fact]
    [Rule(13)]
    public async Task RecordOfAnotherChannel_IsSetAsideAndReported()
    {
        PaymentRig rig = await WithRecordOfAnotherChannelAsync();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(7, by: PaymentRig.Stranger), 7));

        Assert.Equal(["set-aside 1 10"], rig.Events.Lines);
        Assert.Equal((UInt256.FromUInt64(7), PaymentRig.Stranger), (rig.Record.Amount, rig.Record.Sender));
        var aside = JournalEntry.Read(rig.Store.Entry(rig.Channel.Key, 2));
        Assert.Equal((EntryKind.SetAside, UInt256.FromUInt64(10), 65), (aside.Kind, aside.Amount, aside.Signature.Length));
        await rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(StoreFault.NotWritten)]
    [InlineData(StoreFault.Conflict)]
    [InlineData(StoreFault.UnknownLost)]
    [InlineData(StoreFault.UnknownWritten)]
    public async Task RecordOfAnotherChannel_StoreFails_TheNextCallFinishesIt(StoreFault fault)
    {
        PaymentRig rig = await WithRecordOfAnotherChannelAsync();
        rig.Store.Fail(fault);
        Assert.Equal(
            (13, "unable to store new payment channel state"), Answer(await rig.PayAsync(PaymentRig.Pay(7, by: PaymentRig.Stranger), 7)));
        rig.AssertIdle();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(7, by: PaymentRig.Stranger), 7));
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(4)]
    public async Task Released_NothingIsWrittenAndTheTurnIsFree()
    {
        PaymentRig rig = new PaymentRig().Known();
        (await rig.ReserveAsync(PaymentRig.Pay(10), 10)).TryRelease(ReleaseReason.ServiceFailed);
        Assert.Empty(rig.Events.Lines);
        (await rig.ReserveAsync(PaymentRig.Pay(10), 10)).TryRelease(ReleaseReason.ClientDisconnected);
        Assert.Equal(["without-grant 1"], rig.Events.Lines);
        Assert.Equal(0, rig.Store.Commits);
        rig.AssertIdle();
    }

    [Fact]
    public async Task Reservation_EndsOnce()
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        Assert.Null(await reservation.SettleAsync());
        Reservation next = await rig.ReserveAsync(PaymentRig.Pay(20), 10);

        Assert.Null(await reservation.SettleAsync()); // the same outcome, and no second write
        Assert.False(reservation.TryRelease(ReleaseReason.ClientDisconnected));
        Assert.True(rig.Channel.Slot.IsTaken); // the slot is the next call's, and stays with it

        Assert.True(next.TryRelease(ReleaseReason.ServiceFailed));
        Assert.False(next.TryRelease(ReleaseReason.ServiceFailed));
        Assert.Equal(Refusals.NotRecorded(), await next.SettleAsync());
        rig.AssertIdle();
        Assert.Equal(1, rig.Store.Commits);
    }

    [Fact]
    public async Task TurnIsFree_OnlyWhenTheWriteHasEnded()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Store.Fail(StoreFault.Stall);
        Task<PaymentRefusal?> first = rig.PayAsync(PaymentRig.Pay(10), 10);
        Task<PaymentRefusal?> second = rig.PayAsync(PaymentRig.Pay(20), 10);
        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        rig.Store.ReleaseStalled();
        Assert.Null(await first.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Null(await second.WaitAsync(TimeSpan.FromSeconds(10)));
        await rig.AssertCleanAsync();
    }

    /// <summary>What a claim does to the record: the next nonce, with the total of this one kept.</summary>
    private static void MoveToNextNonce(PaymentRig rig, bool keepEarlier = true)
    {
        ChannelRecord old = ChannelRecordCodec.Read(rig.Store.Find(rig.Channel.Key)!);
        byte[] value = new byte[16_384];
        ChannelRecord moved = old with
        {
            Nonce = new(old.Nonce.Value.SaturatingAdd(UInt256.One)),
            Amount = UInt256.Zero,
            Signature = default,
            Earlier = keepEarlier ? [new SignedTotal(old.Nonce, old.Amount, old.Signature, 0)] : [],
        };
        rig.Store.Overwrite(rig.Channel.Key, value.AsMemory(0, ChannelRecordCodec.Write(moved, value)));
        rig.Channel.Adopt(ChannelRecordCodec.Read(rig.Store.Find(rig.Channel.Key)!));
    }

    private static async Task<PaymentRig> WithRecordOfAnotherChannelAsync()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        rig.Chain.Open(PaymentRig.One, PaymentRig.Stranger, PaymentRig.Stranger, PaymentRig.Group, 1_000, 2_000);
        rig.Book.Learn(rig.Chain.Read(PaymentRig.One), afterReorganisation: true);
        return rig;
    }

    private static (int Code, string Text) Answer(PaymentRefusal? refusal) => (refusal!.StatusCode, refusal.Message);
}
