using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

public sealed class LogFollowingTests
{
    [Fact]
    public async Task Follow_NoEvents_ReadsTheHeadOnly()
    {
        await using var bench = new FollowerBench();
        await bench.FollowAsync();
        bench.Chain.Asked.Clear();
        await bench.FollowAsync();
        Assert.Equal(["eth_getBlockByNumber"], bench.Chain.Asked);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.Equal(bench.Clock.GetUtcNow(), bench.Follower.Cursor!.Value.SeenAt);
    }

    [Fact]
    public async Task Follow_ClaimOfAKnownChannel_RaisesTheNonceAndIsReported()
    {
        await using FollowerBench bench = await StartedAsync();
        bench.Chain.Mine(block => block.Claim(0, 300, 400));
        await bench.FollowAsync();

        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness); // read again with spare budget
        Assert.Equal(700UL, bench.State(0).Reading.Value);
        ChannelClaimSeen claim = Assert.Single(bench.Claims);
        Assert.Equal((new ChannelId(0), new ChannelNonce(1), (UInt256)300, (UInt256)400), (claim.Channel, claim.NewNonce, claim.ClaimAmount,
            claim.PlannedAmount));
        Assert.Equal(bench.Chain.HeadNumber, claim.Block.Number);
    }

    [Fact]
    public async Task Follow_ClaimWhileTheBudgetIsEmpty_RaisesTheNonceAndMarksTheFundsUnknown()
    {
        await using FollowerBench bench = await StartedAsync(options => options.ReadsPerSecond = 2);
        bench.Chain.Mine(block => block.Claim(0, 300, 300), bench.Open(1), bench.Open(2));

        // Both halves of the budget are spent at the instant in which the claim is followed.
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.Follower.RefreshHeadAsync(CancellationToken.None);
        ulong[] ids = [1, 2];
        Task<ChannelReadResult>[] looks = [.. ids.Select(
            id => bench.Follower.ReadChannelAsync(new ChannelId(id), ReadPriority.KnownParty, CancellationToken.None).AsTask())];
        await bench.Clock.WhenArmedAsync(); // both wait for the same read of the head
        bench.Clock.Advance(TimeSpan.FromMilliseconds(250));
        await Task.WhenAll(looks).WaitAsync(TimeSpan.FromSeconds(60));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(250));
        await bench.Follower.FollowOnceAsync(CancellationToken.None);

        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Equal(0UL, bench.State(0).Reading.Nonce.Value);
        Assert.Equal(ReadingFreshness.FundsUnknown, bench.State(0).Freshness);

        await bench.FollowAsync();
        await bench.FollowAsync();
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);
    }

    [Fact]
    [Rule(12)]
    public async Task Follow_ClaimWhoseEventIsWithheld_IsFoundWhenTheChannelIsReadLater()
    {
        await using FollowerBench bench = await StartedAsync();
        bench.Chain.Host("a.test").WithholdsLogs = true;
        bench.Chain.Mine(block => block.Claim(0, 300, 400));
        await bench.FollowAsync();
        Assert.Equal((0UL, ReadingFreshness.Fresh), (bench.State(0).Nonce.Value, bench.State(0).Freshness));

        bench.Follower.ReadLater(new ChannelId(0));
        await bench.FollowAsync();
        Assert.Equal((1UL, ReadingFreshness.Fresh), (bench.State(0).Nonce.Value, bench.State(0).Freshness));
        Assert.Equal(700UL, bench.State(0).Reading.Value);
    }

    [Fact]
    public async Task Follow_SenderTimeout_RaisesTheNonceAndIsNotAClaim()
    {
        await using FollowerBench bench = await StartedAsync();
        bench.Chain.Mine(block => block.SenderClaim(0));
        await bench.FollowAsync();
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Equal(UInt256.Zero, bench.State(0).Reading.Value);
        Assert.Empty(bench.Claims);
    }

    [Fact]
    public async Task Follow_FundsAndExtension_AreReadAgain()
    {
        await using FollowerBench bench = await StartedAsync();
        bench.Chain.Mine(block => block.AddFunds(0, 5), block => block.Extend(0, 2_000_000));
        await bench.FollowAsync();
        Assert.Equal(1_005UL, bench.State(0).Reading.Value);
        Assert.Equal(2_000_000UL, bench.State(0).Reading.Expiration);
        Assert.Equal(2, bench.Chain.ChannelReads);
    }

    [Fact]
    public async Task Follow_EventsOfUnknownChannels_CostNoReading()
    {
        await using FollowerBench bench = await StartedAsync();
        bench.Chain.Mine(bench.Open(1), block => block.AddFunds(1, 5), block => block.Claim(1, 1, 1));
        await bench.FollowAsync();
        Assert.Equal(1, bench.Chain.ChannelReads);
        Assert.Null(bench.Book.Find(new ChannelId(1)));
        Assert.Empty(bench.Claims);
    }

    [Fact]
    public async Task Follow_ReadingInFlightWhileItsClaimIsFollowed_DoesNotHideTheClaim()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Mine(bench.Open(0));
        await bench.FollowAsync();
        var reached = new TaskCompletionSource();
        var open = new TaskCompletionSource();
        bench.Chain.Host("a.test").Gate = async (method, cancellationToken) =>
        {
            if (method == "eth_call" && reached.TrySetResult())
            {
                await open.Task.WaitAsync(cancellationToken);
            }
        };
        Task<ChannelReadResult> look = bench.ReadChannelAsync(0);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));

        bench.Chain.Mine(block => block.Claim(0, 300, 300));
        await bench.FollowAsync();
        open.SetResult();
        Assert.Equal(ChannelReadResult.Found, await look);
        Assert.Equal(0UL, bench.State(0).Reading.Nonce.Value);
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Equal(ReadingFreshness.FundsUnknown, bench.State(0).Freshness);
    }

    [Fact]
    [Rule(12)]
    public async Task Follow_GapOfSomeThousandBlocks_IsReadByRanges()
    {
        await using FollowerBench bench = await StartedAsync();
        bench.Chain.Mine(block => block.Claim(0, 1, 1));
        bench.Chain.MineEmpty(2_500);
        bench.Chain.Mine(block => block.Claim(0, 2, 2));
        bench.Chain.Asked.Clear();
        await bench.FollowAsync();
        Assert.Equal(2UL, bench.State(0).Nonce.Value);
        Assert.Equal(2, bench.Claims.Count);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.InRange(bench.Chain.Count("eth_getLogs"), 3, 20);
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);
    }

    [Fact]
    public async Task Follow_RangeTooWideForTheNode_IsHalved()
    {
        await using FollowerBench bench = await StartedAsync();
        bench.Chain.Host("a.test").MaxLogRange = 100;
        bench.Chain.Mine(block => block.Claim(0, 1, 1));
        bench.Chain.MineEmpty(400);
        await bench.FollowAsync();
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
    }

    [Fact]
    [Rule(12)]
    public async Task Follow_GapTooLarge_HasKnownChannelsReadAgainAtTheirNextCall()
    {
        await using FollowerBench bench = await StartedAsync(options => options.MaxLogGapBlocks = 100);
        DateTimeOffset before = bench.Follower.Cursor!.Value.SeenAt;
        bench.Chain.Mine(block => block.AddFunds(0, 1));
        bench.Chain.MineEmpty(200);
        await bench.FollowAsync();
        Assert.Equal(ReadingFreshness.Outdated, bench.State(0).Freshness);
        Assert.Equal(before, bench.State(0).KnownThrough);
        Assert.Equal(0, bench.Chain.Count("eth_getLogs"));
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);

        await bench.ReadChannelAsync(0, ReadPriority.KnownParty);
        Assert.Equal(1_001UL, bench.State(0).Reading.Value);
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);
    }

    [Fact]
    [Rule(12)]
    public async Task Start_CursorOfAnEarlierRun_ReadsTheGap()
    {
        await using FollowerBench earlier = await StartedAsync();
        ChainBlock cursor = earlier.Follower.Cursor!.Value;
        ChannelRecord record = Served(earlier);

        await using var bench = new FollowerBench(chain: earlier.Chain);
        bench.Book.GetOrAdd(record.Id).Adopt(record);
        bench.Chain.Mine(block => block.Claim(0, 300, 300));
        await bench.ResumeAsync(cursor);
        Assert.Equal(cursor, bench.Follower.Cursor);
        await bench.FollowAsync();
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Single(bench.Claims);
    }

    [Theory]
    [Rule(12)]
    [InlineData(0)]
    [InlineData(30)]
    public async Task Start_LogsFollowedWithoutAGap_ReadingsOfTheEarlierRunAreUsed_AndReadAgainInOneRequest(int blocks)
    {
        await using FollowerBench earlier = await StartedAsync();
        ChainBlock cursor = earlier.Follower.Cursor!.Value;
        ChannelRecord record = Served(earlier);

        await using var bench = new FollowerBench(chain: earlier.Chain);
        bench.Chain.Mine([.. Enumerable.Range(1, 20).Select(id => bench.Open((ulong)id))]);
        bench.Chain.MineEmpty(blocks);
        for (ulong id = 0; id <= 20; id++)
        {
            bench.Book.GetOrAdd(new ChannelId(id)).Adopt(
                record with { Id = new ChannelId(id), Reading = record.Reading! with { Id = new ChannelId(id) } });
        }

        await bench.ResumeAsync(cursor);
        Assert.Equal(ReadingFreshness.Outdated, bench.State(0).Freshness);
        int requests = bench.Chain.ChannelRequests;
        await bench.FollowAsync();
        Assert.All(Enumerable.Range(0, 21), id => Assert.Equal(ReadingFreshness.Recorded, bench.State((ulong)id).Freshness));
        Assert.Equal(requests, bench.Chain.ChannelRequests);

        for (ulong id = 0; id <= 20; id++)
        {
            bench.Follower.ReadLater(new ChannelId(id));
        }

        await bench.FollowAsync();
        Assert.All(Enumerable.Range(0, 21), id => Assert.Equal(ReadingFreshness.Fresh, bench.State((ulong)id).Freshness));
        Assert.Equal(requests + 1, bench.Chain.ChannelRequests);
    }

    [Fact]
    [Rule(12)]
    public async Task Start_ReadingNewerThanTheCursor_IsReadAgainFirst()
    {
        await using FollowerBench earlier = await StartedAsync();
        ChainBlock cursor = earlier.Follower.Cursor!.Value;
        ChannelRecord record = Served(earlier);

        await using var bench = new FollowerBench(chain: earlier.Chain);
        bench.Chain.MineEmpty(2);
        ChainBlock later = record.Reading!.Block with { Number = cursor.Number + 1 };
        bench.Book.GetOrAdd(record.Id).Adopt(record with { Reading = record.Reading with { Block = later } });
        await bench.ResumeAsync(cursor);
        await bench.FollowAsync();
        Assert.Equal(ReadingFreshness.Outdated, bench.State(0).Freshness);
    }

    [Fact]
    [Rule(12, 13)]
    public async Task Start_CursorIsNotOnTheChainAnyMore_NoReadingOfTheEarlierRunIsUsed()
    {
        await using FollowerBench earlier = await StartedAsync();
        ChainBlock cursor = earlier.Follower.Cursor!.Value;
        ChannelRecord record = Served(earlier);

        await using var bench = new FollowerBench(chain: earlier.Chain);
        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(3);
        bench.Book.GetOrAdd(record.Id).Adopt(record);
        await bench.ResumeAsync(cursor);
        await bench.FollowAsync();
        Assert.NotEqual(ReadingFreshness.Recorded, bench.State(0).Freshness);
    }

    [Fact]
    [Rule(12)]
    public async Task Start_ClaimInTheGap_IsSeenBeforeAReadingOfTheEarlierRunIsUsed()
    {
        await using FollowerBench earlier = await StartedAsync();
        ChainBlock cursor = earlier.Follower.Cursor!.Value;
        ChannelRecord record = Served(earlier);

        await using var bench = new FollowerBench(chain: earlier.Chain);
        bench.Book.GetOrAdd(record.Id).Adopt(record);
        bench.Chain.MineEmpty(20);
        bench.Chain.Mine(block => block.Claim(0, 300, 300));
        bench.Chain.MineEmpty(20);
        await bench.ResumeAsync(cursor);
        await bench.FollowAsync();
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.NotEqual(ReadingFreshness.Recorded, bench.State(0).Freshness);
    }

    [Fact]
    [Rule(12)]
    public async Task Follow_NodeTakesSmallRangesOnly_ALongGapIsNotFollowed_AndKnownChannelsAreReadAgain()
    {
        await using FollowerBench bench = await StartedAsync();
        bench.Chain.Host("a.test").MaxLogRange = 1;
        bench.Chain.Mine(block => block.Claim(0, 1, 1));
        bench.Chain.MineEmpty(1_200);
        await bench.FollowAsync();
        Assert.Equal(ReadingFreshness.Outdated, bench.State(0).Freshness);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.InRange(bench.Chain.Count("eth_getLogs"), 1, 20);
    }

    [Fact]
    public async Task Start_CursorTooOld_CountsStalenessFromTheOldCursor()
    {
        await using FollowerBench earlier = await StartedAsync();
        ChainBlock cursor = earlier.Follower.Cursor!.Value with { SeenAt = earlier.Clock.GetUtcNow() - TimeSpan.FromHours(9) };
        ChannelRecord record = Served(earlier);

        await using var bench = new FollowerBench(options => options.MaxLogGapBlocks = 10, earlier.Chain);
        bench.Book.GetOrAdd(record.Id).Adopt(record with { Reading = record.Reading! with { Block = cursor } });
        bench.Chain.MineEmpty(30);
        await bench.ResumeAsync(cursor);
        await bench.FollowAsync();

        // The cursor is at the head again, but this channel's events since then are not known.
        Assert.Equal(bench.Clock.GetUtcNow(), bench.Follower.Cursor!.Value.SeenAt);
        Assert.Equal(cursor.SeenAt, bench.State(0).RightAt(bench.Follower.Cursor));
    }

    [Fact]
    [Rule(12)]
    public async Task Start_WithoutACursor_DoesNotTrustReadingsOfAnEarlierRun()
    {
        await using FollowerBench earlier = await StartedAsync();
        ChannelRecord record = Served(earlier);
        await using var bench = new FollowerBench(chain: earlier.Chain);
        bench.Book.GetOrAdd(record.Id).Adopt(record);
        bench.Chain.Mine();
        await bench.FollowAsync();
        Assert.Equal(ReadingFreshness.Outdated, bench.State(0).Freshness);
        Assert.Equal(record.Reading!.Block.SeenAt, bench.State(0).RightAt(bench.Follower.Cursor));
    }

    [Fact]
    public async Task Run_CursorThatMoved_IsSavedAtMostOnceASecond()
    {
        await using var bench = new FollowerBench(options => options.PollInterval = TimeSpan.FromMilliseconds(250));
        var saved = new List<ChainBlock>();
        using var stop = new CancellationTokenSource();
        Task running = bench.Follower.RunAsync(
            null,
            (block, _) =>
            {
                saved.Add(block);
                return ValueTask.CompletedTask;
            },
            null,
            stop.Token);
        for (int i = 0; i < 20; i++)
        {
            await WhenIdleAsync(bench, stop.Token);
            bench.Chain.Mine();
            bench.Clock.Advance(TimeSpan.FromMilliseconds(250));
        }

        await WhenIdleAsync(bench, stop.Token);
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.InRange(saved.Count, 3, 7);
        Assert.Equal(saved.Select(block => block.Number).Order(), saved.Select(block => block.Number));
    }

    [Fact]
    public async Task Run_SavingFails_ContinuesAndSavesLater()
    {
        await using var bench = new FollowerBench();
        int tries = 0;
        using var stop = new CancellationTokenSource();
        Task running = bench.Follower.RunAsync(
            null, (_, _) => ++tries < 3 ? throw new IOException("full") : ValueTask.CompletedTask, null, stop.Token);
        for (int i = 0; i < 5; i++)
        {
            await WhenIdleAsync(bench, stop.Token);
            bench.Chain.Mine();
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await WhenIdleAsync(bench, stop.Token);
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(tries >= 4);
        Assert.Equal(2, bench.Logged.Count(line => line.StartsWith("Warning CursorNotSaved", StringComparison.Ordinal)));
        Assert.Null(bench.Follower.Status.LastFailure);
    }

    [Fact]
    public async Task Run_ChainUnreachable_KeepsRetryingAndRecovers()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Host("a.test").Fault = _ => throw new HttpRequestException("refused");
        using var stop = new CancellationTokenSource();
        Task running = bench.Follower.RunAsync(null, null, null, stop.Token);
        await ChannelReaderTests.WaitUntilAsync(() =>
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            return bench.Follower.Status.LastFailure is not null;
        });
        Assert.Null(bench.Follower.Head);
        Assert.False(bench.Follower.Status.Endpoints[0].IsUsable);

        bench.Chain.Host("a.test").Fault = null;
        await ChannelReaderTests.WaitUntilAsync(() =>
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            return bench.Follower.Status is { LastFailure: null, LastSuccess: not null };
        });
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Head!.Value.Number);
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.DoesNotContain(bench.Logged, line => line.Contains("secret-key", StringComparison.Ordinal));
    }

    internal static async Task<FollowerBench> StartedAsync(Action<ChainOptions>? configure = null)
    {
        var bench = new FollowerBench(configure);
        bench.Chain.MineEmpty(20);
        bench.Chain.Mine(bench.Open(0));
        await bench.ResumeAsync(null);
        await bench.FollowAsync();
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        return bench;
    }

    private static ChannelRecord Served(FollowerBench bench)
    {
        bench.Serve(0, 300);
        return bench.Channel(0).Record!;
    }

    /// <summary>The loop waits for the clock and sends no request: only its own pause is armed.</summary>
    internal static async Task WhenIdleAsync(FollowerBench bench, CancellationToken cancellationToken)
    {
        int asked = -1;
        while (asked != bench.Chain.Asked.Count || bench.Clock.Armed != 1)
        {
            cancellationToken.ThrowIfCancellationRequested();
            asked = bench.Chain.Asked.Count;
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }
}
