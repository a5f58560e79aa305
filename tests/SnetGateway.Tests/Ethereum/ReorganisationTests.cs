using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

public sealed class ReorganisationTests
{
    [Fact]
    [Rule(13)]
    public async Task Deposit_Undone_IsReadAgainAndSpentFundsAreReported()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        bench.Chain.Mine(block => block.AddFunds(0, 5_000));
        await bench.FollowAsync();
        Assert.Equal(6_000UL, bench.State(0).Reading.Value);
        bench.Serve(0, 4_000);

        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(2);
        await bench.FollowAsync();
        Assert.Equal(1_000UL, bench.State(0).Reading.Value);
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);
        string error = Assert.Single(bench.Logged, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains("ReorganisationLoss", error, StringComparison.Ordinal);
        Assert.Contains("3000 cogs", error, StringComparison.Ordinal);
    }

    [Fact]
    [Rule(13)]
    public async Task Claim_Undone_IsReportedAsUndone_AndAgainWhereTheChainHasItAgain()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        var undone = new List<ulong>();
        bench.Follower.ClaimsUndone = undone.Add;
        ulong before = bench.Chain.Mine(block => block.Claim(0, 100, 100)).Number - 1;
        await bench.FollowAsync();
        Assert.Empty(undone);
        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(1);
        bench.Chain.Mine(block => block.Claim(0, 100, 100));
        await bench.FollowAsync();
        Assert.Equal([before], undone);
        Assert.Equal([before + 1, before + 2], bench.Claims.Select(claim => claim.Block.Number));
    }

    [Fact]
    public async Task Deposit_UndoneAndNotSpent_IsNotALoss()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        bench.Chain.Mine(block => block.AddFunds(0, 5_000));
        await bench.FollowAsync();
        bench.Serve(0, 1_000);
        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(2);
        await bench.FollowAsync();
        Assert.Equal(1_000UL, bench.State(0).Reading.Value);
        Assert.DoesNotContain(bench.Logged, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Opening_Undone_RemovesTheChannelAndReportsItsAmountOnce()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        bench.Chain.Mine(bench.Open(1));
        await bench.FollowAsync();
        await bench.ReadChannelAsync(1);
        bench.Serve(1, 250);

        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(2);
        await bench.FollowAsync();
        Assert.Equal(ChannelReadResult.NotFound, await bench.ReadChannelAsync(1));
        Assert.Equal(ChannelReadResult.NotFound, await bench.ReadChannelAsync(1));
        string error = Assert.Single(bench.Logged, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains("250 cogs", error, StringComparison.Ordinal);

        // The id is given to another party: the removed channel's nonce does not apply to it.
        bench.Chain.Mine(bench.Open(1, 77, FollowerBench.Stranger));
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(1));
        Assert.Equal(FollowerBench.Stranger, bench.State(1).Reading.Sender);
        Assert.Equal(ReadingFreshness.Fresh, bench.State(1).Freshness);
    }

    [Fact]
    public async Task Claim_Undone_LowersTheNonce()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        bench.Chain.Mine(block => block.Claim(0, 300, 300));
        await bench.FollowAsync();
        Assert.Equal(1UL, bench.State(0).Nonce.Value);

        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(2);
        await bench.FollowAsync();
        Assert.Equal(0UL, bench.State(0).Nonce.Value);
        Assert.Equal(1_000UL, bench.State(0).Reading.Value);
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);

        bench.Chain.Mine(block => block.Claim(0, 400, 400));
        await bench.FollowAsync();
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Equal(600UL, bench.State(0).Reading.Value);
        Assert.Equal(2, bench.Claims.Count);
    }

    [Fact]
    public async Task Claim_UndoneWhileOnlyItsEventWasSeen_LowersTheNonce()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        bench.Chain.Mine(block => block.Claim(0, 300, 300));
        bench.Channel(0).MarkClaimed(new ChannelNonce(1), bench.Clock.GetUtcNow());
        await bench.FollowAsync();
        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(1);
        await bench.FollowAsync();
        Assert.Equal(0UL, bench.State(0).Nonce.Value);
    }

    [Fact]
    public async Task ShorterBranch_IsNoticedByItsHash()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        bench.Chain.Mine(block => block.AddFunds(0, 5));
        bench.Chain.MineEmpty(4);
        await bench.FollowAsync();
        bench.Chain.Undo(5);
        bench.Chain.MineEmpty(2);
        await bench.FollowAsync();
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.Equal(1_000UL, bench.State(0).Reading.Value);
    }

    [Fact]
    public async Task ReadingAtABlockThatWasNeverFollowed_IsReadAgain()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        bench.Chain.Mine(block => block.AddFunds(0, 5));
        await bench.ReadChannelAsync(0, ReadPriority.KnownParty); // the logs have not reached this block yet
        Assert.Equal(1_005UL, bench.State(0).Reading.Value);

        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(1);
        await bench.FollowAsync();
        Assert.Equal(1_000UL, bench.State(0).Reading.Value);
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);
    }

    [Fact]
    public async Task ChannelReadOnTheNewBranchBeforeItWasFollowed_IsFreshImmediately()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync(options => options.ReadsPerSecond = 2);
        bench.Chain.Mine(block => block.AddFunds(0, 5));
        await bench.FollowAsync();
        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(2);
        await bench.ReadChannelAsync(0, ReadPriority.KnownParty);
        int reads = bench.Chain.ChannelReads;
        await bench.FollowAsync();
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0, ReadPriority.KnownParty));
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);
        Assert.Equal(1_000UL, bench.State(0).Reading.Value);
        Assert.Equal(reads, bench.Chain.ChannelReads);
    }

    [Fact]
    public async Task ForeignChannels_AreForgotten()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        bench.Chain.Mine(FollowerBench.OpenForeign(1));
        await bench.FollowAsync();
        Assert.Equal(ChannelReadResult.Foreign, await bench.ReadChannelAsync(1));
        bench.Chain.Undo(1);
        bench.Chain.Mine(bench.Open(1));
        await bench.FollowAsync();
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(1));
    }

    [Fact]
    public async Task DeeperThanTheKnownBlocks_ReadsEverythingAgain()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        bench.Chain.Mine(block => block.AddFunds(0, 5));
        bench.Chain.MineEmpty(15);
        await bench.FollowAsync();
        bench.Chain.Undo(36);
        bench.Chain.Mine(bench.Open(0, 42));
        bench.Chain.MineEmpty(40);
        await bench.FollowAsync();
        Assert.Equal(42UL, bench.State(0).Reading.Value);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.Contains(bench.Logged, line => line.StartsWith("Error DeepReorganisation", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhileTheGatewayWasDown_IsNoticedByTheCursorsHash()
    {
        await using FollowerBench earlier = await LogFollowingTests.StartedAsync();
        earlier.Chain.Mine(block => block.AddFunds(0, 5_000));
        await earlier.FollowAsync();
        earlier.Serve(0, 4_000);
        ChainBlock cursor = earlier.Follower.Cursor!.Value;
        ChannelRecord record = earlier.Channel(0).Record!;

        await using var bench = new FollowerBench(chain: earlier.Chain);
        bench.Book.GetOrAdd(record.Id).Adopt(record);
        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(3);
        await bench.ResumeAsync(cursor);
        await bench.FollowAsync();
        Assert.Equal(1_000UL, bench.State(0).Reading.Value);
        Assert.Contains(bench.Logged, line => line.Contains("3000 cogs", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 400, 0, 0)] // the funds are sufficient
    [InlineData(0, 1_500, 0, 500)]
    [InlineData(1, 300, 0, 300)] // an earlier nonce of 1,000, whose claim was undone, comes first
    [InlineData(1, 300, 1, 0)] // it is claimed on this branch too
    public void Loss_IsTheSignedAmountLessTheFunds(ulong recordNonce, ulong amount, ulong chainNonce, ulong loss)
    {
        Address sender = FollowerBench.Sender;
        var record = new ChannelRecord
        {
            Id = default,
            Nonce = new ChannelNonce(recordNonce),
            Amount = amount,
            Signature = new byte[65],
            Sender = sender,
            Signer = sender,
            Earlier = recordNonce == 0 ? [] : [new SignedTotal(new ChannelNonce(0), 1_000, new byte[65], 0)],
        };
        var reading = new ChannelReading
        {
            Id = default,
            Nonce = new ChannelNonce(chainNonce),
            Sender = sender,
            Signer = sender,
            Recipient = sender,
            GroupId = default,
            Value = 1_000,
            Expiration = 1,
            Block = default,
        };
        Assert.Equal(loss, SnetGateway.Ethereum.Follower.ReorganisedChannels.Loss(record, reading));
        Assert.True(SnetGateway.Ethereum.Follower.ReorganisedChannels.Loss(record, null) >= amount);
    }
}
