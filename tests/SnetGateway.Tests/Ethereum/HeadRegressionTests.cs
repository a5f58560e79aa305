using SnetGateway.Ethereum.Follower;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>A head below the cursor or the followed blocks: an endpoint that is behind, or another chain.</summary>
public sealed class HeadRegressionTests
{
    [Fact]
    [Rule(13)]
    public async Task CursorAboveTheHead_KnownBlockHasAnotherHash_IsFollowedFromTheHeadImmediately()
    {
        (ChainBlock cursor, ChannelRecord record) = await EarlierRunAsync();
        var reset = new ScriptedChain(); // its blocks have other hashes
        reset.Mine();
        await using var bench = new FollowerBench(chain: reset);
        bench.Book.GetOrAdd(record.Id).Adopt(record with { Reading = record.Reading! with { Block = cursor with { Number = 1 } } });
        await bench.ResumeAsync(cursor);
        await bench.FollowAsync();

        Assert.Equal(reset.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.Contains(bench.Logged, line => line.StartsWith("Warning CursorDiscarded", StringComparison.Ordinal));
        Assert.Contains(bench.Logged, line => line.Contains("300 cogs", StringComparison.Ordinal)); // served, and not on this chain
        Assert.Equal(ReadingFreshness.FundsUnknown, bench.State(0).Freshness);

        // The id is assigned again, with its own nonce and value, and following continues.
        reset.Mine(bench.Open(0, 42));
        await bench.FollowAsync();
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.Equal(42UL, bench.State(0).Reading.Value);
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);
    }

    [Fact]
    [Rule(13)]
    public async Task CursorAboveTheHead_NothingToCompare_IsDiscardedWhenASyncedEndpointStaysBelow()
    {
        (ChainBlock cursor, ChannelRecord record) = await EarlierRunAsync();
        await using var bench = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromHours(1));
        bench.Book.GetOrAdd(record.Id).Adopt(record);
        await bench.ResumeAsync(cursor);
        bench.Chain.Host("a.test").IsSyncing = true;
        await AssertWaitsAsync(bench);
        bench.Clock.Advance(HeadRegression.Timeout);
        await AssertWaitsAsync(bench);

        bench.Chain.Host("a.test").IsSyncing = false; // the minute begins here
        await AssertWaitsAsync(bench);
        bench.Clock.Advance(HeadRegression.Timeout - TimeSpan.FromSeconds(40));
        await AssertWaitsAsync(bench);
        Assert.Equal(cursor.Number, bench.Follower.Cursor!.Value.Number);

        bench.Clock.Advance(TimeSpan.FromSeconds(40));
        await AssertWaitsAsync(bench); // the last head that is not accepted
        await FollowAsync(bench);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.Equal(ReadingFreshness.FundsUnknown, bench.State(0).Freshness);
    }

    [Fact]
    [Rule(13)]
    public async Task CursorAboveTheHead_OfAnEndpointOfTheSameChain_IsWaitedForIndefinitely()
    {
        await using FollowerBench earlier = await LogFollowingTests.StartedAsync();
        earlier.Serve(0, 300);
        ChannelRecord record = earlier.Channel(0).Record!;
        earlier.Chain.Mine(block => block.Claim(0, 300, 300));
        earlier.Chain.MineEmpty(5);
        await earlier.FollowAsync();
        ChainBlock cursor = earlier.Follower.Cursor!.Value;

        await using var bench = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromHours(1), earlier.Chain);
        bench.Book.GetOrAdd(record.Id).Adopt(record);
        bench.Channel(0).MarkClaimed(new ChannelNonce(1), bench.Clock.GetUtcNow());
        bench.Chain.Host("a.test").Lag = 6; // stuck before the claim
        await bench.ResumeAsync(cursor);
        for (int round = 0; round < 5; round++)
        {
            await AssertWaitsAsync(bench);
            bench.Clock.Advance(HeadRegression.Timeout);
        }

        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        bench.Chain.Host("a.test").Lag = 0;
        await FollowAsync(bench);
        Assert.Equal(cursor.Number, bench.Follower.Cursor!.Value.Number);
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.DoesNotContain(bench.Logged, line => line.Contains("CursorDiscarded", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule(13)]
    public async Task CursorAboveTheHeadOfTheFirstEndpoint_TheSecondDecides_AndAClaimIsKept(bool secondIsAwayFirst)
    {
        await using FollowerBench earlier = new();
        earlier.Chain.Mine(earlier.Open(0));
        earlier.Chain.MineEmpty(25);
        await earlier.FollowAsync();
        Assert.Equal(ChannelReadResult.Found, await earlier.ReadChannelAsync(0));
        earlier.Serve(0, 300);
        ChannelRecord record = earlier.Channel(0).Record!;
        earlier.Chain.Mine(block => block.Claim(0, 300, 300));
        earlier.Chain.MineEmpty(4);
        await earlier.FollowAsync();
        ChainBlock cursor = earlier.Follower.Cursor!.Value;

        await using var bench = new FollowerBench(
            options =>
            {
                options.Endpoints = ["http://a.test", "http://b.test"];
                options.RequestTimeout = TimeSpan.FromHours(1);
            },
            earlier.Chain);
        bench.Book.GetOrAdd(record.Id).Adopt(record);
        bench.Channel(0).MarkClaimed(new ChannelNonce(1), bench.Clock.GetUtcNow()); // as the ledger's change feed reports
        bench.Chain.Host("a.test").Lag = 20; // it reports to be synced, and is below every known block
        await bench.ResumeAsync(cursor);
        if (secondIsAwayFirst)
        {
            bench.Chain.Host("b.test").Fault = _ => new HttpResponseMessage(System.Net.HttpStatusCode.BadGateway);
            for (int round = 0; round < 4; round++)
            {
                await Assert.ThrowsAnyAsync<Exception>(() => FollowAsync(bench));
                bench.Clock.Advance(HeadRegression.Timeout);
            }

            bench.Chain.Host("b.test").Fault = null;
        }

        await FollowAsync(bench);
        Assert.Equal(cursor.Number, bench.Follower.Cursor!.Value.Number);
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.DoesNotContain(bench.Logged, line => line.Contains("CursorDiscarded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ChainThatRestartsWhileItIsFollowed_IsNoticedByTheLowestKnownBlock()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync(options => options.FinalityDepth = 5);
        bench.Chain.MineEmpty(40);
        await bench.FollowAsync();
        bench.Chain.Undo((int)bench.Chain.HeadNumber);
        bench.Chain.Mine(bench.Open(0, 42));
        bench.Chain.MineEmpty(24); // past the block where following began, and far below the former head
        await bench.FollowAsync();
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.Equal(42UL, bench.State(0).Reading.Value);
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);
    }

    [Fact]
    public async Task EndpointFarBehind_IsLag_AndNotAnotherChain()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync(options =>
        {
            options.FinalityDepth = 5;
            options.RequestTimeout = TimeSpan.FromHours(1);
        });
        bench.Chain.MineEmpty(40);
        await bench.FollowAsync();
        ulong head = bench.Chain.HeadNumber;
        bench.Chain.Host("a.test").Lag = 30;
        await FollowAsync(bench);
        Assert.Equal(head, bench.Follower.Head!.Value.Number);
        Assert.DoesNotContain(bench.Logged, line => line.Contains("Reorganis", StringComparison.Ordinal));
    }

    /// <summary>The state that a run on a longer chain left: its cursor, and a channel with 300 cogs served.</summary>
    private static async Task<(ChainBlock Cursor, ChannelRecord Record)> EarlierRunAsync()
    {
        await using FollowerBench earlier = await LogFollowingTests.StartedAsync();
        earlier.Serve(0, 300);
        return (earlier.Follower.Cursor!.Value, earlier.Channel(0).Record!);
    }

    private static async Task AssertWaitsAsync(FollowerBench bench)
    {
        JsonRpcErrorException exception = await Assert.ThrowsAsync<JsonRpcErrorException>(() => FollowAsync(bench));
        Assert.Contains("which was already seen", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>A round in which a request is sent twice, with a pause on the bench's clock.</summary>
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
