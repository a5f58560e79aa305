using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Vouchers;

/// <summary>The end of calls with a metered price: what they do not use of their ceiling becomes credit, once.</summary>
public sealed class GiveBackTests
{
    private readonly PaymentRig _rig = new PaymentRig().Known();

    [Fact]
    [Rule(1, 2, 4)]
    public async Task Ceiling_IsSettled_AndWhatIsNotUsedIsCredit()
    {
        Reservation call = await SettledAsync(_rig, 100);
        Assert.Equal((100ul, 0ul), (_rig.Record.Amount, _rig.Record.Credit.Total));
        Assert.Equal(30ul, await call.GiveBackAsync(30));
        Assert.Equal((100ul, 70ul), (_rig.Record.Amount, _rig.Record.Credit.Total));
        Assert.Equal(PaymentRig.Pay(100).Signature, _rig.Record.Signature);
        ChannelVerification finding = Assert.Single(await _rig.VerifyAsync());
        Assert.Empty(finding.Faults);
        Assert.Empty(finding.Notes);
        Assert.Equal(30ul, finding.Delivered);
        _rig.AssertIdle();
    }

    [Fact]
    public async Task ClientThatKnowsOfCredit_SignsLess_AndOneThatDoesNot_IsAcceptedToo()
    {
        Assert.Equal(30ul, await (await SettledAsync(_rig, 100)).GiveBackAsync(30));
        Assert.Equal(40ul, await (await SettledAsync(_rig, 130)).GiveBackAsync(40)); // 30 signed, 70 of the credit
        Assert.Equal((130ul, 60ul), (_rig.Record.Amount, _rig.Record.Credit.Total));
        Assert.Equal(100ul, await (await SettledAsync(_rig, 230)).GiveBackAsync(100));
        Assert.Equal((230ul, 60ul), (_rig.Record.Amount, _rig.Record.Credit.Total));
        Assert.Equal(RefusalReason.WrongAmount, (await AdmitAsync(_rig, 269)).Refusal?.Reason);
        Assert.Equal(0ul, await (await SettledAsync(_rig, 270)).GiveBackAsync(0));
        Assert.Equal((270ul, 100ul), (_rig.Record.Amount, _rig.Record.Credit.Total));
        await AssertCompleteAsync();
    }

    [Fact]
    public async Task CallOfTheWholeCeiling_IsEndedInTheJournalToo()
    {
        Assert.Equal(100ul, await (await SettledAsync(_rig, 100)).GiveBackAsync(100));
        Assert.True(_rig.Record.Credit.IsNone);
        await AssertCompleteAsync();
    }

    [Fact]
    public async Task CallThatIsNotEnded_IsListed_AndItsCeilingStaysCharged()
    {
        await SettledAsync(_rig, 100);
        ChannelVerification finding = Assert.Single(await _rig.VerifyAsync());
        Assert.Empty(finding.Faults);
        Assert.Contains("its ceiling of 100 cogs stays charged", Assert.Single(finding.Notes), StringComparison.Ordinal);
        Assert.Equal(100ul, finding.Delivered);
    }

    [Fact]
    public async Task OtherCall_AdmittedBefore_IsSettledAfterTheGiveBack()
    {
        Reservation metered = await SettledAsync(_rig, 100);
        Reservation other = await _rig.ReserveAsync(PaymentRig.Pay(105), 5);
        Assert.Equal(30ul, await metered.GiveBackAsync(30));
        Assert.Null(await other.SettleAsync());
        Assert.Equal((105ul, 70ul), (_rig.Record.Amount, _rig.Record.Credit.Total));
        await AssertCompleteAsync();
    }

    [Fact]
    public async Task OtherCall_AtAnotherReplica_IsSettledAfterTheGiveBack()
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        Reservation metered = await SettledAsync(replicas[0], 100);
        Reservation other = await replicas[1].ReserveAsync(PaymentRig.Pay(105), 5);
        Assert.Equal(30ul, await metered.GiveBackAsync(30));
        Assert.Null(await other.SettleAsync());
        Assert.Equal((105ul, 70ul), (replicas[1].Record.Amount, replicas[1].Record.Credit.Total));
        await replicas[1].AssertCleanAsync();
    }

    [Fact]
    [Rule(2)]
    public async Task OnePayment_AtTwoReplicas_WithAGiveBackBetween_IsGrantedOnce()
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        Reservation metered = await SettledAsync(replicas[0], 100);
        Reservation[] copies =
            [await replicas[0].ReserveAsync(PaymentRig.Pay(105), 5), await replicas[1].ReserveAsync(PaymentRig.Pay(105), 5)];
        Assert.Null(await copies[0].SettleAsync());
        Assert.Equal(30ul, await metered.GiveBackAsync(30));
        Assert.Equal(RefusalReason.Busy, (await copies[1].SettleAsync())?.Reason);
        await replicas[0].AssertCleanAsync();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(RecentCalls.Length + 1)]
    public async Task GiveBack_AfterSettlesOfAnotherReplica_IsWrittenOnTheNewRecord(int settles)
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        Reservation metered = await SettledAsync(replicas[0], 100);
        ulong total = 100;
        for (int i = 0; i < settles; i++)
        {
            Assert.Null(await replicas[1].PayAsync(PaymentRig.Pay(total += 5), 5));
        }

        Assert.Equal(30ul, await metered.GiveBackAsync(30));
        Assert.Equal((total, 70ul), (replicas[0].Record.Amount, replicas[0].Record.Credit.Total));
        await replicas[0].AssertCleanAsync();
    }

    [Fact]
    [Rule(8)]
    public async Task ClaimSinceTheSettle_ChangesNothing_CreditHasNoNonce()
    {
        Reservation metered = await SettledAsync(_rig, 100);
        _rig.Chain.Claim(PaymentRig.One, 100);
        Assert.Null(await _rig.PayAsync(PaymentRig.Pay(5, nonce: 1), 5));
        Assert.Equal(30ul, await metered.GiveBackAsync(30));
        Assert.Equal((5ul, 70ul), (_rig.Record.Amount, _rig.Record.Credit.Total));
        await SettledAsync(_rig, 35, nonce: 1);
        await _rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(StoreFault.None)]
    [InlineData(StoreFault.Conflict)]
    [InlineData(StoreFault.NotWritten)]
    [InlineData(StoreFault.UnknownLost)]
    [InlineData(StoreFault.UnknownWritten)]
    [InlineData(StoreFault.UnknownLandsAfterRead)]
    [InlineData(StoreFault.RepeatedWrite)]
    [Rule(7)]
    public async Task StoreThatFailsOnce_GivesBackOnce(StoreFault fault)
    {
        _rig.Time.JumpsToTimers = true;
        Reservation metered = await SettledAsync(_rig, 100);
        _rig.Store.Fail(fault);
        Assert.Equal(30ul, await metered.GiveBackAsync(30));
        Assert.Equal((100ul, 70ul), (_rig.Record.Amount, _rig.Record.Credit.Total));
        Assert.Null(await _rig.PayAsync(PaymentRig.Pay(105), 5));
        await AssertCompleteAsync();
    }

    [Fact]
    [Rule(7)]
    public async Task StoreThatDoesNotRespond_LeavesTheCeilingCharged_AndTheNextCallResolvesIt()
    {
        _rig.Time.JumpsToTimers = true;
        Reservation metered = await SettledAsync(_rig, 100);
        _rig.Store.Fail(StoreFault.UnknownWritten);
        _rig.Store.FailingReads = 1_000;
        Assert.Equal(100ul, await metered.GiveBackAsync(30));
        Assert.Contains("not-given-back 1 70", _rig.Events.Lines);
        _rig.Store.FailingReads = 0;
        Assert.Null(await _rig.PayAsync(PaymentRig.Pay(105), 5));
        Assert.Equal(70ul, _rig.Record.Credit.Total); // it had been written
        await AssertCompleteAsync();
    }

    [Fact]
    public async Task StoreThatThrows_LeavesTheCeilingCharged()
    {
        Reservation metered = await SettledAsync(_rig, 100);
        _rig.Store.Fail(StoreFault.ThrowsWritten);
        Assert.Equal(100ul, await metered.GiveBackAsync(30));
        Assert.Null(await _rig.PayAsync(PaymentRig.Pay(105), 5));
        await _rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(13)]
    public async Task ChannelOfOtherParties_GetsNoCredit()
    {
        Reservation metered = await SettledAsync(_rig, 100);
        ChannelRecord others = _rig.Record with { Sender = PaymentRig.Stranger };
        byte[] value = new byte[ChannelRecordCodec.RoomFor(others)];
        _rig.Store.Overwrite(_rig.Channel.Key, value.AsMemory(0, ChannelRecordCodec.Write(others, value)));
        Assert.Equal(100ul, await metered.GiveBackAsync(30));
        Assert.True(_rig.Record.Credit.IsNone);
    }

    [Fact]
    public async Task CallsAtTheSameTime_EachGiveBackTheirOwn()
    {
        Reservation[] calls = await Task.WhenAll(
            Enumerable.Range(1, 8).Select(async at => await SettledAsync(_rig, (ulong)at * 100, takesVouchers: true)));
        await Task.WhenAll(calls.Select(async (call, at) => Assert.Equal((ulong)at, await call.GiveBackAsync((ulong)at))));
        Assert.Equal((800ul, 800ul - 28), (_rig.Record.Amount, _rig.Record.Credit.Total));
        await AssertCompleteAsync();
    }

    [Fact]
    public async Task CallsOfAChannel_RunOneAfterTheOther_WithoutVouchers()
    {
        Reservation first = (await AdmitAsync(_rig, 100)).Reservation!;
        Task<AdmissionResult> second = AdmitAsync(_rig, 200);
        Assert.False(second.IsCompleted);
        Assert.Null(await first.SettleAsync()); // the second does not wait for the end of the first
        Assert.Null(await (await second).Reservation!.SettleAsync());
        Assert.Equal(0ul, await first.GiveBackAsync(0));
        Assert.Equal((200ul, 100ul), (_rig.Record.Amount, _rig.Record.Credit.Total));
        await _rig.AssertCleanAsync();
    }

    [Fact]
    public async Task ReleasedCall_CostsNothing()
    {
        Assert.True((await AdmitAsync(_rig, 100)).Reservation!.TryRelease(ReleaseReason.ServiceFailed));
        Assert.Null(_rig.Channel.Record);
        _rig.AssertIdle();
        Assert.Null(await (await AdmitAsync(_rig, 100)).Reservation!.SettleAsync());
    }

    [Fact]
    public async Task GiveBackInTheJournal_ThatIsWrong_IsAFault()
    {
        Assert.Equal(30ul, await (await SettledAsync(_rig, 100)).GiveBackAsync(30));
        var entry = JournalEntry.Read(_rig.Store.Entry(_rig.Channel.Key, 2));
        await AssertFaultAsync(entry with { Price = 101, Credit = 101 }, "gives 101 cogs back of 100");
        await AssertFaultAsync(entry with { Call = new CallId(7, 7) }, "has no ceiling");
        await AssertFaultAsync(entry with { Credit = 71 }, "changes more than the credit");
        await AssertFaultAsync(entry with { Amount = 99 }, "changes more than the credit");
    }

    private async Task AssertFaultAsync(JournalEntry entry, string fault)
    {
        byte[] bytes = new byte[JournalEntry.MaxLength];
        _rig.Store.OverwriteEntry(_rig.Channel.Key, 2, bytes[..entry.Write(bytes)]);
        Assert.Contains(
            Assert.Single(await _rig.VerifyAsync()).Faults, found => found.Contains(fault, StringComparison.Ordinal));
    }

    private async Task AssertCompleteAsync()
    {
        ChannelVerification finding = Assert.Single(await _rig.VerifyAsync());
        Assert.Empty(finding.Faults);
        Assert.Empty(finding.Notes);
        UInt256 authorized = _rig.Record.Amount;
        Assert.Equal(authorized, finding.Delivered.SaturatingAdd(_rig.Record.Credit.Total));
    }

    /// <summary>Admits a call whose ceiling is 100 cogs.</summary>
    private static async Task<AdmissionResult> AdmitAsync(PaymentRig rig, ulong total, ulong nonce = 0, bool takesVouchers = false)
    {
        PaidCall call = PaymentRig.Call(100);
        var metered = new MeteredPrice(MeterUnit.Message, 1);
        return await rig.Payments.AdmitAsync(
            PaymentRig.Pay(total, nonce),
            call with { Service = call.Service with { Metered = metered, TakesVouchers = takesVouchers } },
            default);
    }

    private static async Task<Reservation> SettledAsync(PaymentRig rig, ulong total, ulong nonce = 0, bool takesVouchers = false)
    {
        AdmissionResult admitted = await AdmitAsync(rig, total, nonce, takesVouchers);
        Assert.Null(admitted.Refusal);
        Assert.Null(await admitted.Reservation!.SettleAsync());
        Assert.Equal(100ul, admitted.Reservation.Price);
        return admitted.Reservation;
    }
}
