using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Counters;

/// <summary>Many calls change one record: none is refused without a reason, and none is counted twice or not at all.</summary>
public sealed class CounterTests
{
    private readonly ScriptedStore _store = new();

    [Fact]
    public async Task Hold_CountsWhatOtherCallsHold_ReleaseGivesItBack()
    {
        var rig = new CounterRig(_store);
        CounterUse first = (await rig.HoldAsync(limit: 2)).Use!;
        Assert.NotNull((await rig.HoldAsync(2)).Use);
        Assert.Equal(CounterOutcome.Exceeded, (await rig.HoldAsync(2)).Outcome);
        first.Release();
        Assert.NotNull((await rig.HoldAsync(2)).Use);
        Assert.Equal(0, _store.Commits);
    }

    [Fact]
    [Rule(1)]
    public async Task Settle_IsDurableBeforeItReturns()
    {
        var rig = new CounterRig(_store);
        Assert.Equal(CounterOutcome.Done, await rig.UseAsync(3, amount: 2));
        Assert.Equal(2UL, await CounterRig.StoredAsync(_store));
        Assert.Equal(CounterOutcome.Exceeded, await rig.UseAsync(3, 2));
        Assert.Equal(CounterOutcome.Done, await rig.UseAsync(3));
        Assert.Equal(CounterOutcome.Exceeded, await new CounterRig(_store).UseAsync(3));
        Assert.Equal(3UL, await CounterRig.StoredAsync(_store));
        Assert.True(rig.Counter.IsIdle);
    }

    [Fact]
    public async Task ManyAtOnce_WaitForOneWrite_AndAreWrittenTogether()
    {
        var rig = new CounterRig(_store);
        _store.Fail(StoreFault.Stall);
        Task<CounterOutcome>[] calls = [.. Enumerable.Range(0, 64).Select(_ => rig.UseAsync(64))];
        Assert.Equal(1, _store.Stalled);
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        _store.ReleaseStalled();
        Assert.All(await Task.WhenAll(calls), outcome => Assert.Equal(CounterOutcome.Done, outcome));
        Assert.Equal(64UL, await CounterRig.StoredAsync(_store));
        Assert.Equal(2, _store.Commits);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task SixtyFourAtOnce_LimitOfFour_FourAreGranted(int replicas)
    {
        _store.IsShared = replicas > 1;
        CounterRig[] rigs = [.. Enumerable.Range(0, replicas).Select(_ => new CounterRig(_store))];
        foreach (CounterRig rig in rigs)
        {
            rig.Time.JumpsToTimers = false; // else those that wait for a read time out
        }

        CounterOutcome[] outcomes = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(at => Task.Run(() => rigs[at % replicas].UseAsync(4))));
        Assert.Equal(4, outcomes.Count(outcome => outcome == CounterOutcome.Done));
        Assert.All(outcomes, outcome => Assert.True(outcome is CounterOutcome.Done or CounterOutcome.Exceeded));
        Assert.Equal(4UL, await CounterRig.StoredAsync(_store));
    }

    [Fact]
    [Rule(2)]
    public async Task OtherReplicaWroteFirst_ThoseThatStillFitAreWritten_TheOthersRefused()
    {
        _store.IsShared = true;
        var rig = new CounterRig(_store);
        (CounterUse? Use, CounterOutcome)[] held = [await rig.HoldAsync(3), await rig.HoldAsync(3), await rig.HoldAsync(3)];
        var other = new CounterRig(_store);
        Assert.Equal(CounterOutcome.Done, await other.UseAsync(3));
        CounterOutcome[] outcomes = await Task.WhenAll(held.Select(hold => rig.Ledger.SettleAsync(hold.Use!).AsTask()));
        Assert.Equal([CounterOutcome.Done, CounterOutcome.Done, CounterOutcome.Exceeded], outcomes);
        Assert.Equal(3UL, await CounterRig.StoredAsync(_store));
        Assert.True(rig.Counter.IsIdle);
    }

    [Theory]
    [InlineData(StoreFault.UnknownWritten)]
    [InlineData(StoreFault.UnknownLandsAfterRead)]
    [InlineData(StoreFault.RepeatedWrite)]
    [InlineData(StoreFault.ThrowsWritten)]
    [InlineData(StoreFault.Conflict)]
    [Rule(7)]
    public async Task WrittenAfterAll_IsDone(StoreFault fault)
    {
        var rig = new CounterRig(_store);
        _store.Fail(fault);
        Assert.Equal(CounterOutcome.Done, await rig.UseAsync(2));
        _store.Fail(fault);
        Assert.Equal(CounterOutcome.Done, await rig.UseAsync(2));
        Assert.Equal(2UL, await CounterRig.StoredAsync(_store));
        Assert.True(rig.Counter.IsIdle);
    }

    [Theory]
    [InlineData(StoreFault.NotWritten)]
    [InlineData(StoreFault.UnknownLost)]
    [InlineData(StoreFault.UnknownLandsLater)]
    [Rule(7)]
    public async Task NotWritten_IsRefused_AndALateWriteLoses(StoreFault fault)
    {
        var rig = new CounterRig(_store);
        _store.Fail(fault);
        Assert.Equal(CounterOutcome.NotWritten, await rig.UseAsync(1));
        Assert.Equal(0, _store.LandLate());
        Assert.Equal(0UL, await CounterRig.StoredAsync(_store));
        Assert.Equal(CounterOutcome.Done, await rig.UseAsync(1));
        Assert.Equal(1UL, await CounterRig.StoredAsync(_store));
    }

    [Theory]
    [InlineData(StoreFault.UnknownWritten, CounterOutcome.Exceeded)]
    [InlineData(StoreFault.UnknownLandsLater, CounterOutcome.Done)]
    [Rule(7)]
    public async Task UndecidedWithinTheLimit_StaysHeld_UntilTheNextUseDecides(StoreFault fault, CounterOutcome next)
    {
        var rig = new CounterRig(_store);
        Assert.NotNull(await rig.Ledger.FindAsync(CounterRig.Key, default));
        _store.Fail(fault);
        _store.FailingReads = int.MaxValue;
        Assert.Equal(CounterOutcome.Unknown, await rig.UseAsync(1));
        Assert.Equal((UInt256)1UL, rig.Counter.Held);
        Assert.Equal(CounterOutcome.Unknown, await rig.UseAsync(1));
        _store.FailingReads = 0;
        Assert.Equal(next, await rig.UseAsync(1));
        Assert.Equal(0, _store.LandLate());
        Assert.Equal(1UL, await CounterRig.StoredAsync(_store));
        Assert.Equal(UInt256.Zero, rig.Counter.Held);
    }

    [Fact]
    [Rule(7)]
    public async Task UnknownOutcome_OthersWriteOftenMeanwhile_IsFound()
    {
        _store.IsShared = true;
        var rig = new CounterRig(_store);
        Assert.NotNull(await rig.Ledger.FindAsync(CounterRig.Key, default));
        rig.Time.JumpsToTimers = false;
        _store.Fail(StoreFault.UnknownWritten);
        _store.FailingReads = 1;
        Task<CounterOutcome> call = rig.UseAsync(100);
        await rig.Time.WhenArmedAsync();
        var other = new CounterRig(_store);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(CounterOutcome.Done, await other.UseAsync(100));
        }

        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CounterOutcome.Done, await call.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(21UL, await CounterRig.StoredAsync(_store));
    }

    [Fact]
    public async Task OwnWriteComesByTheFeedFirst_IsNotHeldTwice()
    {
        _store.IsShared = true;
        var rig = new CounterRig(_store);
        Assert.NotNull(await rig.Ledger.FindAsync(CounterRig.Key, default));
        _store.Fail(StoreFault.UnknownWritten);
        _store.FailingReads = 1;
        rig.Time.JumpsToTimers = false;
        Task<CounterOutcome> call = rig.UseAsync(2);
        await rig.Time.WhenArmedAsync();
        rig.Book.Adopt(_store.Find(CounterRig.Key)!);
        Assert.Equal(UInt256.Zero, rig.Counter.Held);
        Assert.NotNull((await rig.HoldAsync(2)).Use);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CounterOutcome.Done, await call.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal((UInt256)1UL, rig.Counter.Held);
    }

    [Fact]
    [Rule(11)]
    public async Task RefusedByAnOldRecord_ReadsFirst_AndRefusalsAtOnceShareReads()
    {
        _store.IsShared = true;
        var rig = new CounterRig(_store);
        Assert.Equal(CounterOutcome.Done, await rig.UseAsync(1));
        int before = _store.Reads;
        CounterOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => rig.UseAsync(1)));
        Assert.All(outcomes, outcome => Assert.Equal(CounterOutcome.Exceeded, outcome));
        Assert.InRange(_store.Reads - before, 1, 50);
        _store.FailingReads = 1;
        Assert.Equal(CounterOutcome.NotWritten, await rig.UseAsync(1));
    }

    [Fact]
    public async Task Nothing_WritesNothing()
    {
        var rig = new CounterRig(_store);
        Assert.Equal(CounterOutcome.Done, await rig.UseAsync(0, amount: 0));
        Assert.Equal(0, _store.Commits);
    }

    [Fact]
    public async Task Memory_IsBounded_CountersInUseStay()
    {
        var rig = new CounterRig(_store, capacity: 100);
        CounterUse held = (await rig.HoldAsync(1)).Use!;
        for (int i = 0; i < 1_000; i++)
        {
            Assert.NotNull(await rig.Ledger.FindAsync(new RecordKey(RecordKind.FreeCallCount, BitConverter.GetBytes(i)), default));
        }

        Assert.InRange(rig.Book.Count, 1, 101);
        Assert.Same(held.Counter, rig.Counter);
    }

    [Fact]
    public async Task DamagedRecord_IsRefused()
    {
        _store.Overwrite(CounterRig.Key, new byte[] { 9, 9 });
        Assert.Equal(CounterOutcome.NotWritten, await new CounterRig(_store).UseAsync(1));
    }
}
