using SnetGateway.Ethereum.Follower;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

public sealed class ChannelReaderTests
{
    [Fact]
    public async Task Read_OwnChannel_IsFoundAndInTheBook()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Mine(bench.Open(0, 700));

        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        ChannelChainState state = bench.State(0);
        Assert.Equal(ReadingFreshness.Fresh, state.Freshness);
        Assert.Equal(700UL, state.Reading.Value);
        Assert.Equal(bench.Chain.HeadNumber, state.Reading.Block.Number);
        Assert.Equal(bench.Chain.HeadHash, state.Reading.Block.Hash.ToString());
    }

    [Fact]
    [Rule(10)]
    public async Task Read_IdNotBelowTheNext_IsNotFoundWithoutARequest()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Mine(bench.Open(0));
        Assert.Equal(ChannelReadResult.NotFound, await bench.ReadChannelAsync(1));
        Assert.Equal(ChannelReadResult.NotFound, await bench.ReadChannelAsync(ulong.MaxValue));
        Assert.Equal(0, bench.Chain.ChannelReads);
    }

    [Fact]
    public async Task Read_ChannelOpenedAMomentAgo_IsFound()
    {
        await using var bench = new FollowerBench();
        Assert.Equal(ChannelReadResult.NotFound, await bench.ReadChannelAsync(0));

        // Less than 250 ms later: the read waits for a newer head and does not use the old one.
        bench.Chain.Mine(bench.Open(0));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
        Task<ChannelReadResult> look = bench.Follower.ReadChannelAsync(new ChannelId(0), ReadPriority.Anonymous, CancellationToken.None)
            .AsTask();
        await bench.Clock.WhenArmedAsync();
        Assert.False(look.IsCompleted);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal(ChannelReadResult.Found, await look.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Read_ToppedUpChannel_SeesTheNewFunds()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Mine(bench.Open(0, 10));
        await bench.ReadChannelAsync(0);
        bench.Chain.Mine(block => block.AddFunds(0, 90));
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0, ReadPriority.KnownParty));
        Assert.Equal(100UL, bench.State(0).Reading.Value);
    }

    [Fact]
    [Rule(10)]
    public async Task Read_SameChannelAtTheSameHead_IsOneRequest()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Mine(bench.Open(0));
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
            Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0, ReadPriority.KnownParty));
        }

        Assert.Equal(1, bench.Chain.ChannelReads);
    }

    [Fact]
    [Rule(10)]
    public async Task Read_ConcurrentCallers_ShareOneHeadAndOneRequest()
    {
        await using var bench = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromHours(1));
        bench.Chain.Mine(bench.Open(0));
        await bench.ReadChannelAsync(9);
        int heads = bench.Chain.Count("eth_getBlockByNumber");

        // The clock is less than 250 ms after the last head: all of them wait for the same next one.
        Task<ChannelReadResult>[] looks = [.. Enumerable.Range(0, 100).Select(i =>
            bench.Follower
                .ReadChannelAsync(new ChannelId(0), i % 2 == 0 ? ReadPriority.Anonymous : ReadPriority.KnownParty, CancellationToken.None)
                .AsTask())];
        Assert.All(await bench.DriveAsync(looks), look => Assert.Equal(ChannelReadResult.Found, look));
        Assert.Equal(1, bench.Chain.ChannelReads);
        Assert.Equal(heads + 1, bench.Chain.Count("eth_getBlockByNumber"));
    }

    [Fact]
    public async Task Read_CallerCancels_OthersStillGetTheResult()
    {
        await using var bench = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromHours(1));
        bench.Chain.Mine(bench.Open(0));
        await bench.ReadChannelAsync(9);
        using var leaving = new CancellationTokenSource();
        Task<ChannelReadResult> first = bench.Follower.ReadChannelAsync(new ChannelId(0), ReadPriority.Anonymous, leaving.Token).AsTask();
        Task<ChannelReadResult> second = bench.Follower.ReadChannelAsync(new ChannelId(0), ReadPriority.Anonymous, CancellationToken.None)
            .AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(ChannelReadResult.Found, Assert.Single(await bench.DriveAsync(second)));
        Assert.Equal(1, bench.Chain.ChannelReads);
    }

    [Fact]
    [Rule(10)]
    public async Task Read_ForeignChannel_IsRememberedAndCostsNothingAgain()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Mine(FollowerBench.OpenForeign(0));
        Assert.Equal(ChannelReadResult.Foreign, await bench.ReadChannelAsync(0));
        bench.Chain.Mine();
        int asked = bench.Chain.Asked.Count;
        Assert.Equal(ChannelReadResult.Foreign, await bench.ReadChannelAsync(0));
        Assert.Equal(asked, bench.Chain.Asked.Count);
        Assert.True(bench.Book.TryFindForeign(new ChannelId(0), out ChannelReading? reading));
        Assert.Equal(FollowerBench.Stranger, reading.Recipient);
    }

    [Fact]
    public async Task Read_ForeignChannelThatNewGroupsOwn_IsFoundAtTheSameHead()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Mine(FollowerBench.OpenForeign(0));
        Assert.Equal(ChannelReadResult.Foreign, await bench.ReadChannelAsync(0));
        bench.Book.Groups = [FollowerBench.Group with { Recipient = FollowerBench.Stranger }];
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.Equal(1, bench.Chain.ChannelReads);
    }

    [Fact]
    [Rule(10)]
    public async Task Read_FloodOfRandomIds_CostsNoRequest()
    {
        await using var bench = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromHours(1));
        bench.Chain.Mine(bench.Open(0));
        var random = new Random(11);
        DateTimeOffset start = bench.Clock.GetUtcNow();
        Task<ChannelReadResult>[] looks = [.. Enumerable.Range(0, 2_000).Select(_ =>
            bench.Follower
                .ReadChannelAsync(new ChannelId((ulong)random.NextInt64(1, long.MaxValue)), ReadPriority.Anonymous, CancellationToken.None)
                .AsTask())];
        Assert.Equal(looks.Length, (await bench.DriveAsync(looks)).Count(look => look == ChannelReadResult.NotFound));
        Assert.Equal(0, bench.Chain.ChannelReads);
        Assert.InRange(
            bench.Chain.Count("eth_getBlockByNumber"), 1, 1 + (int)((bench.Clock.GetUtcNow() - start) / TimeSpan.FromMilliseconds(250)));
    }

    [Fact]
    [Rule(10)]
    public async Task Read_FloodOfForeignIds_CostsAtMostTheBudgetAndLeavesKnownPartiesTheirHalf()
    {
        await using var bench = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromHours(1));
        bench.Chain.Mine([bench.Open(0), .. Enumerable.Range(1, 500).Select(id => FollowerBench.OpenForeign((ulong)id))]);
        await bench.ReadChannelAsync(9_999);
        DateTimeOffset start = bench.Clock.GetUtcNow();

        Task<ChannelReadResult>[] flood = [.. Enumerable.Range(1, 500).Select(id =>
            bench.Follower.ReadChannelAsync(new ChannelId((ulong)id), ReadPriority.Anonymous, CancellationToken.None).AsTask())];
        Task<ChannelReadResult> honest = bench.Follower.ReadChannelAsync(new ChannelId(0), ReadPriority.KnownParty, CancellationToken.None)
            .AsTask();
        Assert.Equal(ChannelReadResult.Found, Assert.Single(await bench.DriveAsync(honest)));

        ChannelReadResult[] looks = await bench.DriveAsync(flood);
        Assert.All(looks, look => Assert.Equal(ChannelReadResult.Foreign, look));

        // Half of 20 a second: those of the first moment, and those of the time that has passed.
        double seconds = (bench.Clock.GetUtcNow() - start).TotalSeconds;
        Assert.InRange(bench.Chain.ChannelRequests, 5, 10 + (int)(10 * (seconds + 1)));
        Assert.Equal(501, bench.Chain.ChannelReads);
    }

    [Fact]
    [Rule(10)]
    public async Task Read_ThousandNewChannelsAtOnce_AreReadInBatches()
    {
        await using var bench = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromHours(1));
        bench.Chain.Mine([.. Enumerable.Range(0, 1_000).Select(id => bench.Open((ulong)id))]);
        DateTimeOffset start = bench.Clock.GetUtcNow();
        ChannelReadResult[] looks = await bench.DriveAsync([.. Enumerable.Range(0, 1_000).Select(id =>
            bench.Follower.ReadChannelAsync(new ChannelId((ulong)id), ReadPriority.Anonymous, CancellationToken.None).AsTask())]);
        Assert.All(looks, look => Assert.Equal(ChannelReadResult.Found, look));
        Assert.InRange(bench.Clock.GetUtcNow() - start, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.InRange(bench.Chain.ChannelRequests, 10, 40);
        Assert.Equal(1_000, bench.Chain.ChannelReads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Read_NodeTakesNoBatchOrSmallOnes_EachRequestCountsAgainstTheBudget(int most)
    {
        await using var bench = new FollowerBench(options =>
        {
            options.RequestTimeout = TimeSpan.FromHours(1);
            options.ReadsPerSecond = 200;
        });
        bench.Chain.Host("a.test").MaxBatch = most;
        bench.Chain.Mine([.. Enumerable.Range(0, 50).Select(id => bench.Open((ulong)id))]);
        ChannelReadResult[] looks = await bench.DriveAsync([.. Enumerable.Range(0, 50).Select(id =>
            bench.Follower.ReadChannelAsync(new ChannelId((ulong)id), ReadPriority.Anonymous, CancellationToken.None).AsTask())]);
        Assert.All(looks, look => Assert.Equal(ChannelReadResult.Found, look));
        Assert.InRange(bench.Chain.ChannelRequests, 50 / most, 80);
    }

    [Fact]
    public async Task Read_BatchWithAnInvalidResponse_IsUnreachable_AndNothingIsLearned()
    {
        await using var bench = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromHours(1));
        bench.Chain.Mine([.. Enumerable.Range(0, 20).Select(id => bench.Open((ulong)id))]);
        await bench.ReadChannelAsync(9_999);
        foreach (string response in (string[])["[]", "[{},{}]", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x\"}", "7"])
        {
            bench.Chain.Host("a.test").Fault = method => method == "eth_call" ? ScriptedChain.Json(response) : null;
            ChannelReadResult[] looks = await bench.DriveAsync([.. Enumerable.Range(0, 20).Select(id =>
                bench.Follower.ReadChannelAsync(new ChannelId((ulong)id), ReadPriority.Anonymous, CancellationToken.None).AsTask())]);
            Assert.All(looks, look => Assert.Contains(look, (ChannelReadResult[])[ChannelReadResult.Unreachable]));
            Assert.Null(bench.Book.Find(new ChannelId(3)));
            bench.Clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    [Rule(10)]
    public async Task Queue_TooManyWait_TheLastAreRefused_AndKnownPartiesHavePlaces()
    {
        await using var bench = new FollowerBench(options =>
        {
            options.RequestTimeout = TimeSpan.FromHours(1);
            options.MaxWaitingReads = 10;
        });
        bench.Chain.Mine([.. Enumerable.Range(0, 40).Select(id => bench.Open((ulong)id))]);
        await bench.ReadChannelAsync(9_999);
        var open = new TaskCompletionSource();
        int held = 0;
        bench.Chain.Host("a.test").Gate = (method, cancellationToken) =>
        {
            if (method != "eth_call")
            {
                return Task.CompletedTask;
            }

            Interlocked.Increment(ref held);
            return open.Task.WaitAsync(cancellationToken);
        };

        // As many requests as may be on their way are held, so that everything after them waits or is refused.
        var first = new List<Task<ChannelReadResult>>();
        while (first.Count < ReadQueue.MaxInFlight)
        {
            first.Add(bench.Follower.ReadChannelAsync(
                new ChannelId((ulong)(30 + first.Count)), ReadPriority.Anonymous, CancellationToken.None).AsTask());
            await WaitUntilAsync(() =>
            {
                bench.Clock.AdvanceToTimer(TimeSpan.FromSeconds(1));
                return Volatile.Read(ref held) == first.Count;
            });
        }

        Task<ChannelReadResult>[] flood = [.. Enumerable.Range(0, 30).Select(id =>
            bench.Follower.ReadChannelAsync(new ChannelId((ulong)id), ReadPriority.Anonymous, CancellationToken.None).AsTask())];
        await WaitUntilAsync(() =>
        {
            bench.Clock.AdvanceToTimer(TimeSpan.FromSeconds(1));
            return flood.Count(look => look.IsCompleted) == 25;
        });
        Assert.Equal(5, bench.Follower.Status.WaitingReads);
        Task<ChannelReadResult> known =
            bench.Follower.ReadChannelAsync(new ChannelId(35), ReadPriority.KnownParty, CancellationToken.None).AsTask();
        open.SetResult();
        Assert.Equal(ChannelReadResult.Found, Assert.Single(await bench.DriveAsync(known)));
        ChannelReadResult[] looks = await bench.DriveAsync([.. first, .. flood]);
        Assert.InRange(looks.Count(look => look == ChannelReadResult.NoBudget), 25, 30); // the five may have waited too long
    }

    [Fact]
    public async Task Read_NoEndpointResponds_IsUnreachable()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Mine(bench.Open(0));
        await bench.ReadChannelAsync(0);
        bench.Chain.Host("a.test").Fault = _ => new HttpResponseMessage(System.Net.HttpStatusCode.BadGateway);
        Assert.Equal(ChannelReadResult.Unreachable, await bench.ReadChannelAsync(0, ReadPriority.KnownParty));
        Assert.Equal(1_000UL, bench.State(0).Reading.Value);

        bench.Chain.Host("a.test").Fault = null;
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        bench.Chain.Mine();
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0, ReadPriority.KnownParty));
    }

    [Fact]
    public async Task Read_WithConfirmations_IsBelowTheHead()
    {
        await using var bench = new FollowerBench(options => options.Confirmations = 2);
        bench.Chain.Mine(bench.Open(0, 10));
        Assert.Equal(ChannelReadResult.NotFound, await bench.ReadChannelAsync(0));
        bench.Chain.MineEmpty(2);
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.Equal(bench.Chain.HeadNumber - 2, bench.State(0).Reading.Block.Number);

        bench.Chain.Mine(block => block.AddFunds(0, 90));
        await bench.ReadChannelAsync(0);
        Assert.Equal(10UL, bench.State(0).Reading.Value);
        bench.Chain.MineEmpty(2);
        await bench.ReadChannelAsync(0);
        Assert.Equal(100UL, bench.State(0).Reading.Value);
    }

    [Fact]
    [Rule(10)]
    public async Task RefreshHead_ConcurrentCallers_ShareOneRequest()
    {
        await using var bench = new FollowerBench();
        Task<bool>[] refreshes = [.. Enumerable.Range(0, 50).Select(_ => bench.Follower.RefreshHeadAsync(CancellationToken.None).AsTask())];
        Assert.All(await bench.DriveAsync(refreshes), Assert.True);
        Assert.InRange(bench.Chain.Count("eth_getBlockByNumber"), 1, 2);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Head!.Value.Number);
    }

    [Fact]
    [Rule(11)]
    public async Task RefreshHead_ShortlyAfterAnother_SeesNewBlocks_AfterTheInterval()
    {
        await using var bench = new FollowerBench();
        Assert.True(await bench.Follower.RefreshHeadAsync(CancellationToken.None));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
        bench.Chain.MineEmpty(6);

        Task<bool> refresh = bench.Follower.RefreshHeadAsync(CancellationToken.None).AsTask();
        await bench.Clock.WhenArmedAsync();
        Assert.Equal(1, bench.Chain.Count("eth_getBlockByNumber"));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(150));
        Assert.True(await refresh.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(2, bench.Chain.Count("eth_getBlockByNumber"));
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Head!.Value.Number);
    }

    internal static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
