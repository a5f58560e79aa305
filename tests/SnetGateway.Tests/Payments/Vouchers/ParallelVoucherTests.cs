using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Vouchers;

/// <summary>Calls of one channel that run at the same time, each with a voucher of its own.</summary>
public sealed class ParallelVoucherTests
{
    private readonly PaymentRig _rig = new PaymentRig().Known();

    [Fact]
    [Rule(5)]
    public async Task SixtyFourCalls_AtTheSameTime_EndInAnyOrder_AllAreGranted()
    {
        Reservation[] calls = await Task.WhenAll(Enumerable.Range(1, 64).Select(at => AdmitAsync(_rig, (ulong)at * 10, 10)));
        Random.Shared.Shuffle(calls);
        Assert.All(await Task.WhenAll(calls.Select(call => call.SettleAsync().AsTask())), Assert.Null);
        Assert.Equal(640ul, _rig.Record.Amount);
        Assert.Equal(PaymentRig.Pay(640).Signature, _rig.Record.Signature);
        Assert.True(_rig.Record.Credit.IsNone);
        await _rig.AssertCleanAsync();
        _rig.AssertIdle();
    }

    [Fact]
    public async Task OneCallTooMany_WaitsForAPlace()
    {
        Reservation[] calls = await Task.WhenAll(Enumerable.Range(1, 64).Select(at => AdmitAsync(_rig, (ulong)at, 1)));
        Task<Reservation> next = AdmitAsync(_rig, 65, 1);
        Assert.False(next.IsCompleted);
        Assert.Null(await calls[7].SettleAsync());
        Assert.Null(await (await next).SettleAsync());
    }

    [Fact]
    public async Task LowerVoucher_AfterAHigherOne_PaysWithItsOwnSlice()
    {
        Assert.Null(await PayAsync(_rig, 20, 10));
        Assert.Equal(10ul, _rig.Record.Credit.Total);
        Assert.Null(await PayAsync(_rig, 10, 10));
        Assert.Equal(20ul, _rig.Record.Amount);
        Assert.True(_rig.Record.Credit.IsNone);
        await _rig.AssertCleanAsync();
    }

    [Fact]
    public async Task LowerVoucher_AtAnotherReplica_PaysWithItsOwnSlice()
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        Reservation low = await AdmitAsync(replicas[1], 10, 10);
        Assert.Null(await PayAsync(replicas[0], 20, 10));
        Assert.Null(await low.SettleAsync());
        Assert.Null(await PayAsync(replicas[0], 30, 10));
        Assert.Equal(30ul, replicas[0].Record.Amount);
        Assert.True(replicas[0].Record.Credit.IsNone);
        await replicas[0].AssertCleanAsync();
    }

    [Fact]
    public async Task LowestVoucher_AfterMoreThanTheRecordRemembers_PaysWithItsOwnSlice()
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        Reservation low = await AdmitAsync(replicas[1], 10, 10);
        Assert.All(await HigherAsync(replicas[0], RecentCalls.Length + 1), Assert.Null);
        Assert.Null(await low.SettleAsync());
        Assert.True(replicas[1].Record.Credit.IsNone);
        await replicas[1].AssertCleanAsync();
    }

    [Fact]
    [Rule(7)]
    public async Task WriteThatArrivedTwice_AndIsForgotten_IsNotRefusedAsIfNothingWereCharged()
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        Reservation low = await AdmitAsync(replicas[1], 10, 10);
        store.Fail(StoreFault.RepeatedWrite);
        Task<PaymentRefusal?[]> higher = Task.FromResult<PaymentRefusal?[]>([]);
        store.BeforeRead = () =>
        {
            store.BeforeRead = null;
            higher = HigherAsync(replicas[0], RecentCalls.Length);
        };
        Assert.Equal(RefusalReason.OutcomeUnknown, (await low.SettleAsync())?.Reason);
        Assert.All(await higher, Assert.Null);
        Assert.Equal(10ul * (RecentCalls.Length + 1), replicas[0].Record.Amount);
        Assert.True(replicas[0].Record.Credit.IsNone);
        await replicas[0].AssertCleanAsync();
    }

    [Fact]
    [Rule(2, 6)]
    public async Task OneVoucher_AtTwoReplicas_IsGrantedOnce()
    {
        var store = new ScriptedStore { IsShared = true };
        PaymentRig[] replicas = [new PaymentRig(store).Known(), new PaymentRig(store).Known()];
        Reservation[] copies = [await AdmitAsync(replicas[0], 10, 10), await AdmitAsync(replicas[1], 10, 10)];
        Assert.Null(await copies[0].SettleAsync());
        Assert.Equal(RefusalReason.WrongAmount, (await copies[1].SettleAsync())?.Reason);
        Assert.Contains("without-grant 1", replicas[1].Events.Lines);
    }

    [Fact]
    [Rule(6)]
    public async Task OneVoucher_WhileItsCallRuns_IsBusy_AndAfterwardsSpent()
    {
        Reservation call = await AdmitAsync(_rig, 10, 10);
        Assert.Equal(RefusalReason.Busy, (await PayAsync(_rig, 10, 10))?.Reason);
        Assert.Null(await call.SettleAsync());
        Assert.Equal(RefusalReason.WrongAmount, (await PayAsync(_rig, 10, 10))?.Reason);
    }

    [Fact]
    [Rule(4)]
    public async Task FailedCall_IsCredit_ThatTheNextMayUse_AndOthersNeedNot()
    {
        Reservation[] calls = [await AdmitAsync(_rig, 10, 10), await AdmitAsync(_rig, 20, 10)];
        Assert.Null(await calls[1].SettleAsync());
        Assert.True(calls[0].TryRelease(ReleaseReason.ServiceFailed));
        Assert.Equal(10ul, _rig.Record.Credit.Total);
        Assert.Null(await PayAsync(_rig, 30, 10)); // a client that knows nothing of credit
        Assert.Equal(10ul, _rig.Record.Credit.Total);
        Assert.Null(await PayAsync(_rig, 31, 10));
        Assert.Equal(1ul, _rig.Record.Credit.Total);
        Assert.Equal(RefusalReason.WrongAmount, (await PayAsync(_rig, 32, 10))?.Reason);
        await _rig.AssertCleanAsync();
    }

    [Fact]
    public async Task FailedCall_OfTheHighestVoucher_LeavesNothingBehind()
    {
        Reservation call = await AdmitAsync(_rig, 10, 10);
        Assert.True(call.TryRelease(ReleaseReason.ServiceFailed));
        Assert.Null(_rig.Channel.Record);
        Assert.Null(await PayAsync(_rig, 10, 10));
    }

    [Fact]
    public async Task Credit_IsNotSoldTwice_ToCallsAtTheSameTime()
    {
        Assert.Null(await PayAsync(_rig, 20, 10));
        Reservation first = await AdmitAsync(_rig, 21, 10);
        Assert.Equal(RefusalReason.WrongAmount, (await PayAsync(_rig, 22, 10))?.Reason);
        Assert.Null(await PayAsync(_rig, 31, 10));
        Assert.Null(await first.SettleAsync());
        await _rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(3, 8)]
    public async Task Claim_WhileCallsRun_RefusesThem_AndTheCreditRemains()
    {
        Assert.Null(await PayAsync(_rig, 20, 10));
        Reservation call = await AdmitAsync(_rig, 30, 10);
        _rig.Chain.Claim(PaymentRig.One, 20);
        Assert.Equal(RefusalReason.WrongNonce, (await call.SettleAsync())?.Reason);
        Assert.Null(await PayAsync(_rig, 1, 10, nonce: 1)); // nine of the credit and one signed
        Assert.Equal(1ul, _rig.Record.Credit.Total);
        Assert.Equal(1ul, _rig.Record.Amount);
        await _rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(5)]
    public async Task CallOfAServiceWithoutVouchers_WaitsForThoseThatRun_AndThoseBehindWaitForIt()
    {
        Reservation running = await AdmitAsync(_rig, 10, 10);
        Task<AdmissionResult> alone = _rig.AdmitAsync(PaymentRig.Pay(15), 5).AsTask();
        Task<Reservation> behind = AdmitAsync(_rig, 25, 10);
        Assert.False(alone.IsCompleted || behind.IsCompleted);
        Assert.Null(await running.SettleAsync());
        Reservation reservation = (await alone).Reservation!;
        Assert.False(behind.IsCompleted);
        Assert.Null(await reservation.SettleAsync());
        Assert.Null(await (await behind).SettleAsync());
        Assert.Equal(25ul, _rig.Record.Amount);
        await _rig.AssertCleanAsync();
        _rig.AssertIdle();
    }

    [Fact]
    [Rule(2)]
    public async Task CallOfAServiceWithoutVouchers_KeepsTheCredit()
    {
        Assert.Null(await PayAsync(_rig, 20, 10));
        Assert.Null(await _rig.PayAsync(PaymentRig.Pay(25), 5));
        Assert.Equal(10ul, _rig.Record.Credit.Total);
        Assert.Null(await PayAsync(_rig, 10, 10));
        await _rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(StoreFault.UnknownWritten, true)]
    [InlineData(StoreFault.UnknownLost, false)]
    [InlineData(StoreFault.NotWritten, false)]
    [InlineData(StoreFault.Conflict, true)]
    [Rule(7)]
    public async Task StoreThatFails_DecidesOneCall_AndTheOthersGoOn(StoreFault fault, bool isGranted)
    {
        _rig.Time.JumpsToTimers = true;
        Reservation[] calls = [await AdmitAsync(_rig, 10, 10), await AdmitAsync(_rig, 20, 10)];
        _rig.Store.Fail(fault);
        Assert.Equal(isGranted, await calls[1].SettleAsync() is null);
        Assert.Null(await calls[0].SettleAsync());
        Assert.Null(await PayAsync(_rig, 30, 10));
        Assert.Equal(30ul, _rig.Record.Amount);
        Assert.Equal(isGranted ? 0ul : 10ul, _rig.Record.Credit.Total);
        await _rig.AssertCleanAsync();
    }

    [Fact]
    public async Task MoreThanTheChannelHolds_IsRefused()
    {
        Assert.Equal(RefusalReason.NotEnoughTokens, (await PayAsync(_rig, 1_001, 10))?.Reason);
        Assert.Null(await PayAsync(_rig, 1_000, 10));
        Assert.Null(await PayAsync(_rig, 990, 10));
    }

    private static PaidCall Call(ulong price)
    {
        PaidCall call = PaymentRig.Call(price);
        return call with { Service = call.Service with { TakesVouchers = true } };
    }

    /// <summary>Calls with the vouchers of 20, 30, 40 and so on.</summary>
    private static Task<PaymentRefusal?[]> HigherAsync(PaymentRig rig, int calls) =>
        Task.WhenAll(Enumerable.Range(2, calls).Select(call => PayAsync(rig, (ulong)call * 10, 10)));

    private static async Task<Reservation> AdmitAsync(PaymentRig rig, ulong total, ulong price)
    {
        AdmissionResult admitted = await rig.Payments.AdmitAsync(PaymentRig.Pay(total), Call(price), default);
        Assert.Null(admitted.Refusal);
        return admitted.Reservation!;
    }

    private static async Task<PaymentRefusal?> PayAsync(PaymentRig rig, ulong total, ulong price, ulong nonce = 0)
    {
        AdmissionResult admitted = await rig.Payments.AdmitAsync(PaymentRig.Pay(total, nonce), Call(price), default);
        return admitted.Refusal ?? await admitted.Reservation!.SettleAsync();
    }
}
