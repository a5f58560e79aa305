using SnetGateway.Ethereum.Follower;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>Heads that are further ahead than time allows: false ones, and true ones after a lag.</summary>
[Rule(13)]
public sealed class HeadJumpTests
{
    private const ulong Far = 1_000_000_000;

    [Fact]
    public async Task OneFalseHead_IsNotBelieved_AndTheChainIsFollowedAfterIt()
    {
        await using FollowerBench bench = await StartedAsync();
        ulong head = bench.Chain.HeadNumber;
        bench.Chain.Host("a.test").FalseHead = bench.Chain.MakeFalseHead(Far);
        for (int round = 0; round < 5; round++)
        {
            await FollowAsync(bench);
            Assert.Equal((head, head), (bench.Follower.Head!.Value.Number, bench.Follower.Cursor!.Value.Number));
        }

        bench.Chain.Host("a.test").FalseHead = null;
        bench.Chain.Mine();
        await FollowAsync(bench);
        Assert.Equal(head + 1, bench.Follower.Cursor!.Value.Number);
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);
        Assert.DoesNotContain(bench.Logged, line => line.Contains("Reorganis", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FalseHeadOfOneEndpoint_TheOtherIsUsed()
    {
        await using FollowerBench bench = await StartedAsync("http://a.test", "http://b.test");
        bench.Chain.Host("a.test").FalseHead = bench.Chain.MakeFalseHead(Far);
        bench.Chain.Mine();
        await FollowAsync(bench);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.Contains(bench.Logged, line => line.Contains("is further after block", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TrueJump_OfTheOnlyEndpoint_IsBelievedWithTheNextBlock()
    {
        await using FollowerBench bench = await StartedAsync();
        ulong head = bench.Chain.HeadNumber;
        bench.Chain.MineEmpty(500);
        await FollowAsync(bench);
        Assert.Equal(head, bench.Follower.Cursor!.Value.Number);

        bench.Chain.Mine(block => block.Claim(0, 300, 300));
        await FollowAsync(bench);
        Assert.Equal(head + 501, bench.Follower.Cursor!.Value.Number);
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
    }

    [Fact]
    public async Task TrueJump_IsBelievedWhenASecondEndpointHasTheBlock()
    {
        await using FollowerBench bench = await StartedAsync("http://a.test", "http://b.test");
        bench.Chain.MineEmpty(500);
        await FollowAsync(bench);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.DoesNotContain(bench.Logged, line => line.Contains("EndpointSetAside", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BlocksOfAPause_AreBelievedImmediately()
    {
        await using FollowerBench bench = await StartedAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(500));
        bench.Chain.MineEmpty(500);
        await FollowAsync(bench);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
    }

    /// <summary>As after a false head that was believed: by an older version, or because it was extended.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BlockThatNoEndpointReachesForAnHour_IsGivenUp(bool afterRestart)
    {
        await using FollowerBench earlier = await LogFollowingTests.StartedAsync(options => options.RequestTimeout = TimeSpan.FromDays(1));
        earlier.Serve(0, 300);
        earlier.Chain.Host("a.test").FalseHead = earlier.Chain.MakeFalseHead(Far);
        await FollowAsync(earlier);
        Assert.Equal(Far, earlier.Follower.Cursor!.Value.Number);
        earlier.Chain.Host("a.test").FalseHead = null;

        await using var restarted = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromDays(1), earlier.Chain);
        FollowerBench bench = afterRestart ? restarted : earlier;
        if (afterRestart)
        {
            bench.Book.GetOrAdd(new(0)).Adopt(earlier.Channel(0).Record!);
            await bench.ResumeAsync(earlier.Follower.Cursor);
        }

        for (TimeSpan waited = TimeSpan.Zero; waited < HeadRegression.GiveUpTime; waited += TimeSpan.FromMinutes(5))
        {
            bench.Chain.Mine();
            await FollowIfPossibleAsync(bench);
            Assert.Equal(Far, bench.Follower.Cursor!.Value.Number);
            bench.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        bench.Chain.Mine();
        await FollowAsync(bench);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);
    }

    /// <summary>It may have been restored from a backup, and the blocks above it may hold claims.</summary>
    [Fact]
    public async Task EndpointThatIsStuckOrSyncing_IsWaitedForIndefinitely()
    {
        await using FollowerBench bench = await StartedAsync(TimeSpan.Zero, "http://a.test");
        bench.Chain.MineEmpty(20);
        await FollowAsync(bench);
        ulong head = bench.Chain.HeadNumber;
        ScriptedChain.ScriptedHost host = bench.Chain.Host("a.test");
        host.Lag = 15;
        for (int minutes = 0; minutes < 120; minutes += 5)
        {
            await FollowIfPossibleAsync(bench);
            bench.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        host.IsSyncing = true;
        for (int minutes = 0; minutes < 50; minutes += 5)
        {
            host.Lag--;
            await FollowIfPossibleAsync(bench);
            bench.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal(head, bench.Follower.Head!.Value.Number);
    }

    private static Task<FollowerBench> StartedAsync(params string[] endpoints) => StartedAsync(TimeSpan.FromHours(2), endpoints);

    private static Task<FollowerBench> StartedAsync(TimeSpan maxBlockPause, params string[] endpoints) =>
        LogFollowingTests.StartedAsync(options =>
        {
            options.MaxBlockPause = maxBlockPause;
            options.RequestTimeout = TimeSpan.FromDays(1);
            options.Endpoints = endpoints.Length > 0 ? endpoints : options.Endpoints;
        });

    private static async Task FollowIfPossibleAsync(FollowerBench bench)
    {
        try
        {
            await FollowAsync(bench);
        }
        catch (JsonRpcErrorException)
        {
            // No endpoint has a fresh head.
        }
    }

    /// <summary>A round in which a request may be sent twice, with a pause on the bench's clock.</summary>
    private static async Task FollowAsync(FollowerBench bench)
    {
        Task round = bench.FollowAsync();
        await ChannelReaderTests.WaitUntilAsync(() =>
        {
            bench.Clock.AdvanceToTimer(TimeSpan.FromMinutes(1));
            return round.IsCompleted;
        });
        await round;
    }
}
