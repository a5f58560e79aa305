using SnetGateway.Payments.Limits;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Limits;

/// <summary>Replicas that take parts of one limit from one store.</summary>
public sealed class PartedLimitTests(ITestOutputHelper output)
{
    private const long Today = 20_000;
    private static readonly RecordKey s_key = new(RecordKind.LimitPart, new byte[32]);

    private readonly ScriptedStore _store = new() { IsShared = true };
    private readonly TestTimeProvider _time = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100, 1)]
    [InlineData(1_000, 1)]
    [InlineData(1_000, 7)]
    [InlineData(50_000, 1)]
    [Rule(2)]
    public async Task ParallelCallsOnThreeReplicas_TakeExactlyTheLimit(int calls, int price)
    {
        PartedLimit[] replicas = [Replica(), Replica(), Replica()];
        int taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 256).Select(async caller =>
        {
            // Each caller goes on until every replica has refused it.
            for (int refused = 0, at = caller; refused < replicas.Length; at++)
            {
                PartResult result = await TakeAsync(replicas[at % replicas.Length], price, calls * price);
                refused = result.Outcome == PartOutcome.Taken ? 0 : refused + 1;
                Interlocked.Add(ref taken, result.Outcome == PartOutcome.Taken ? 1 : 0);
                await Task.Yield();
            }
        }));
        Assert.Equal(calls, taken);
    }

    [Fact]
    public async Task WholeLimit_TakesFewWrites()
    {
        PartedLimit replica = Replica();
        for (int i = 0; i < 100_000; i++)
        {
            Assert.Equal(PartOutcome.Taken, (await TakeAsync(replica, 1, 100_000)).Outcome);
        }

        Assert.InRange(_store.Commits, 1, 120);
    }

    [Fact]
    public async Task KilledReplicas_LoseAtMostTheirParts_AndNothingIsUsedTwice()
    {
        Random random = Seeds.Random(output.WriteLine);
        const int Limit = 2_000;
        PartedLimit[] replicas = [Replica(), Replica(), Replica()];
        int taken = 0, lost = 0;
        for (int refused = 0; refused < 30;)
        {
            int at = random.Next(replicas.Length);
            if (random.Next(200) == 0)
            {
                lost += (int)await LeftAsync(replicas[at], Limit);
                replicas[at] = Replica();
            }

            bool isTaken = (await TakeAsync(replicas[at], 1, Limit)).Outcome == PartOutcome.Taken;
            taken += isTaken ? 1 : 0;
            refused = isTaken ? 0 : refused + 1;
        }

        Assert.Equal(Limit, taken + lost);
    }

    [Fact]
    public async Task GivenBack_IsUsedByTheNextCall_AndReturnedToOtherReplicasWhenNoneComes()
    {
        PartedLimit one = Replica(), two = Replica();
        PartResult first = await TakeAsync(one, 10, 10);
        Assert.Equal(PartOutcome.UsedUp, (await TakeAsync(two, 10, 10)).Outcome);
        one.GiveBack(first.Period, 10);
        PartResult second = await TakeAsync(one, 10, 10);
        Assert.Equal(PartOutcome.Taken, second.Outcome);
        one.GiveBack(second.Period, 10);
        await one.ReturnAsync(always: false); // used since the last time
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(PartOutcome.UsedUp, (await TakeAsync(two, 10, 10)).Outcome);
        await one.ReturnAsync(always: false);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(PartOutcome.Taken, (await TakeAsync(two, 10, 10)).Outcome);
        Assert.Equal(PartOutcome.UsedUp, (await TakeAsync(one, 10, 10)).Outcome);
    }

    [Fact]
    public async Task UsedUp_IsNotAskedOfTheStoreAtEachCall()
    {
        PartedLimit replica = Replica();
        await TakeAsync(replica, 10, 15);
        await TakeAsync(replica, 10, 15);
        int reads = _store.Reads, commits = _store.Commits;
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(PartOutcome.UsedUp, (await TakeAsync(replica, 10, 15)).Outcome);
        }

        Assert.Equal((reads, commits), (_store.Reads, _store.Commits));
        Assert.Equal(PartOutcome.Taken, (await TakeAsync(replica, 5, 15)).Outcome); // a smaller call still fits
        Assert.Equal(PartOutcome.Taken, (await TakeAsync(replica, 10, 25)).Outcome); // the operator raised the limit
    }

    [Fact]
    public async Task NextPeriod_BeginsWithTheWholeLimit_AndWhatIsGivenBackOfTheOldOneIsWorthNothing()
    {
        PartedLimit replica = Replica();
        PartResult old = await TakeAsync(replica, 10, 10);
        PartResult next = await TakeAsync(replica, 10, 10, Today + 1);
        Assert.Equal((PartOutcome.Taken, Today + 1), (next.Outcome, next.Period));
        replica.GiveBack(old.Period, 10);
        Assert.Equal(PartOutcome.UsedUp, (await TakeAsync(replica, 1, 10, Today + 1)).Outcome);
    }

    [Theory]
    [InlineData(1, PartOutcome.UsedUp)] // the clocks differ a little: one limit for both
    [InlineData(2, PartOutcome.Taken)] // a clock that was wrong by days does not block the budget
    public async Task ReplicaWhoseClockIsAhead_SharesThePeriod(int daysAhead, PartOutcome outcome)
    {
        await TakeAsync(Replica(), 10, 10, Today + daysAhead);
        Assert.Equal(outcome, (await TakeAsync(Replica(), 10, 10)).Outcome);
    }

    [Theory]
    [InlineData(StoreFault.NotWritten)]
    [InlineData(StoreFault.UnknownWritten)]
    [InlineData(StoreFault.UnknownLost)]
    public async Task StoreThatFails_RefusesTheCall_AndNothingIsUsedTwice(StoreFault fault)
    {
        PartedLimit replica = Replica();
        _store.Fail(fault);
        Assert.Equal(PartOutcome.Unavailable, (await TakeAsync(replica, 10, 100)).Outcome);
        int taken = 0;
        while ((await TakeAsync(replica, 10, 100)).Outcome == PartOutcome.Taken)
        {
            taken++;
        }

        Assert.InRange(taken, fault == StoreFault.UnknownWritten ? 8 : 10, fault == StoreFault.UnknownWritten ? 9 : 10);
        _store.FailingReads = 1;
        Assert.Equal(PartOutcome.Unavailable, (await TakeAsync(Replica(), 10, 100)).Outcome);
    }

    [Theory]
    [InlineData("02")]
    [InlineData("01")]
    [InlineData("0100000000000000010000")]
    public async Task DamagedRecord_RefusesCalls(string value)
    {
        await _store.CommitAsync(new[] { new RecordWrite(s_key, 0, Convert.FromHexString(value)) }, default);
        Assert.Equal(PartOutcome.Unavailable, (await TakeAsync(Replica(), 10, 100)).Outcome);
    }

    private static ValueTask<PartResult> TakeAsync(PartedLimit replica, int amount, int limit, long day = Today) =>
        replica.TakeAsync(new PartRequest(day, (ulong)limit, (ulong)amount, UInt256.Zero, MaxAhead: 1), CancellationToken.None);

    /// <summary>What a replica holds that is killed now.</summary>
    private async Task<ulong> LeftAsync(PartedLimit replica, int limit)
    {
        ulong before = await StoredAsync();
        await replica.ReturnAsync(always: true);
        ulong after = await StoredAsync();
        if (before != after)
        {
            // Taken again by nobody: the kill came before the return.
            StoredRecord stored = (await _store.ReadAsync(s_key, default))!;
            byte[] value = stored.Value.ToArray();
            ((UInt256)before).WriteBigEndian(value.AsSpan(value.Length - UInt256.Size));
            await _store.CommitAsync(new[] { new RecordWrite(s_key, stored.Revision, value) }, default);
        }

        Assert.True(before <= (ulong)limit);
        return before - after;
    }

    private async Task<ulong> StoredAsync() => await _store.ReadAsync(s_key, default) is { } stored
        ? UInt256.ReadBigEndian(stored.Value.Span[^UInt256.Size..]).ToUInt64Saturating()
        : 0;

    private PartedLimit Replica() => new(_store, s_key, _time);
}
