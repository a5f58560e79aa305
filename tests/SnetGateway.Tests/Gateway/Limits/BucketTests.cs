using System.Diagnostics;
using SnetGateway.Gateway.Limits;
using SnetGateway.Payments.Limits;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.States;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Gateway.Limits;

/// <summary>Rates in one replica.</summary>
public sealed class BucketTests
{
    [Theory]
    [InlineData(5, 0, 5)]
    [InlineData(5, 2, 2)]
    [InlineData(2, 20, 20)]
    public void Burst_IsWhatComesAtOnce(int calls, int burst, int accepted)
    {
        var bucket = new Bucket(new RateOptions { Calls = calls, Burst = burst, Period = TimeSpan.FromDays(1) });
        for (int i = 0; i < accepted; i++)
        {
            Assert.Null(bucket.Take(out _));
        }

        Assert.InRange(bucket.Take(out _)!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
    }

    [Fact]
    public void Running_CountsUntilTheEnd()
    {
        var bucket = new Bucket(new RateOptions { Running = 2 });
        Assert.Null(bucket.Take(out IDisposable? first));
        Assert.Null(bucket.Take(out IDisposable? second));
        Assert.NotNull(bucket.Take(out IDisposable? none));
        Assert.Null(none);
        first!.Dispose();
        first.Dispose();
        Assert.Null(bucket.Take(out _));
        Assert.NotNull(bucket.Take(out _));
        second!.Dispose();
    }

    [Fact]
    public void CallAboveTheRate_TakesNoPlace()
    {
        var bucket = new Bucket(new RateOptions { Calls = 1, Period = TimeSpan.FromDays(1), Running = 2 });
        Assert.Null(bucket.Take(out IDisposable? first));
        for (int i = 0; i < 5; i++)
        {
            Assert.NotNull(bucket.Take(out IDisposable? none));
            Assert.Null(none);
        }

        first!.Dispose();
    }

    /// <summary>
    /// Half a second of more calls than it takes. Times are read before and after the calls that find nothing, so that a test that has to
    /// wait for a processor measures no less exactly.
    /// </summary>
    [Theory]
    [InlineData(100)]
    [InlineData(1_000)]
    public void Rate_IsKeptWithinFivePercent(int calls)
    {
        var bucket = new Bucket(new RateOptions { Calls = calls, Burst = 10 * calls });
        (_, long beginsAfter, long beginsBefore) = Drain(bucket);
        int accepted = 0;
        long endsAfter, endsBefore;
        do
        {
            (int taken, endsAfter, endsBefore) = Drain(bucket);
            accepted += taken;
        }
        while (Stopwatch.GetElapsedTime(beginsBefore, endsAfter) < TimeSpan.FromSeconds(0.5));

        double least = calls * Stopwatch.GetElapsedTime(beginsBefore, endsAfter).TotalSeconds;
        double most = calls * Stopwatch.GetElapsedTime(beginsAfter, endsBefore).TotalSeconds;
        Assert.InRange(accepted, (least * 0.95) - 1, (most * 1.05) + 1);
    }

    /// <summary>Takes all; gives how much, and between which times nothing was left.</summary>
    private static (int Taken, long After, long Before) Drain(Bucket bucket)
    {
        int taken = 0;
        long after = Stopwatch.GetTimestamp();
        for (; bucket.Take(out _) is null; after = Stopwatch.GetTimestamp())
        {
            taken++;
        }

        return (taken, after, Stopwatch.GetTimestamp());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1_000)]
    public async Task RateThatThreeReplicasShare_IsExactInEachPeriod(int calls)
    {
        const int Periods = 5;
        var store = new ScriptedStore { IsShared = true };
        var time = new TestTimeProvider();
        var key = new RecordKey(RecordKind.LimitPart, new byte[32]);
        var options = new RateOptions { Calls = calls, Shared = true };
        RateLimit[] replicas =
            [.. Enumerable.Range(0, 3).Select(_ => new RateLimit("rate", options, _ => new PartedLimit(store, key, time)))];
        int accepted = 0;
        for (int period = 0; period < Periods; period++)
        {
            for (int refused = 0, at = period; refused < replicas.Length; at++)
            {
                PartResult result = await replicas[at % replicas.Length].TakeSharedAsync(default, time.GetUtcNow(), default);
                refused = result.Outcome == PartOutcome.Taken ? 0 : refused + 1;
                accepted += result.Outcome == PartOutcome.Taken ? 1 : 0;
            }

            time.Advance(options.Period);
        }

        Assert.Equal(Periods * calls, accepted);
        Assert.InRange(store.Commits, Periods, Periods * 80); // writes and lost comparisons
    }

    [Fact]
    public void Table_KeepsWhatIsUsed_AndForgetsTheOldest()
    {
        int created = 0;
        var table = new RecentTable<object>(100, _ =>
        {
            created++;
            return new object();
        });
        object kept = table.Get(Client(0));
        for (ulong i = 1; i < 10_000; i++)
        {
            table.Get(Client(i));
            Assert.Same(kept, table.Get(Client(0)));
        }

        Assert.Equal(10_000, created);
        table.Get(Client(1));
        Assert.Equal(10_001, created);
    }

    private static LimitKey Client(ulong network) => LimitKey.Of(new ClientNetwork(network));
}
