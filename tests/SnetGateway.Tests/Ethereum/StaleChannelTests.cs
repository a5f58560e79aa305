using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>In what order, and how fast, channels are read again that no call waits for.</summary>
public sealed class StaleChannelTests
{
    [Fact]
    public async Task Follow_ManyChannelsToReadLater_AreReadLittleByLittle()
    {
        await using FollowerBench bench = await ToReadLaterAsync(2_000);
        int before = bench.Chain.ChannelRequests;
        for (int round = 1; round <= 20; round++)
        {
            await bench.FollowAsync(); // a second later
            Assert.Equal(before + round, bench.Chain.ChannelRequests);
        }

        await bench.FollowAsync();
        Assert.Equal(before + 20, bench.Chain.ChannelRequests);
    }

    [Theory]
    [InlineData(2_000, 1, 1)]
    [InlineData(18_000, 1, 3)] // one a second would take longer than a minute
    [InlineData(2_000, 60, 10)] // more would keep the follower from the next head
    public async Task Follow_ChannelsToReadLater_TakeSoManyRequestsOfARound(int channels, int seconds, int requests)
    {
        await using FollowerBench bench = await ToReadLaterAsync(channels);
        int before = bench.Chain.ChannelRequests;
        bench.Clock.Advance(TimeSpan.FromSeconds(seconds - 1));
        await bench.FollowAsync(); // a second later
        Assert.Equal(before + requests, bench.Chain.ChannelRequests);
    }

    [Fact]
    [Rule(12)]
    public async Task Follow_OutdatedChannels_AreReadBeforeThoseToReadLater()
    {
        await using FollowerBench bench = await ToReadLaterAsync(2_000);
        ulong[] funded = [0, 1_000, 2_000]; // of those to read later, only 100 are read in this round
        await bench.ReadChannelAsync(1_000);
        await bench.ReadChannelAsync(2_000);
        int before = bench.Chain.ChannelRequests;
        bench.Chain.Mine([.. funded.Select(id => (Action<ScriptedChain.Block>)(block => block.AddFunds(id, 5)))]);
        await bench.FollowAsync();
        Assert.All(funded, id => Assert.Equal(
            (1_005UL, ReadingFreshness.Fresh), (bench.State(id).Reading.Value, bench.State(id).Freshness)));
        Assert.Equal(before + 2, bench.Chain.ChannelRequests);
    }

    /// <summary>So many open channels beside channel 0, all to be read later.</summary>
    private static async Task<FollowerBench> ToReadLaterAsync(int channels)
    {
        FollowerBench bench = await LogFollowingTests.StartedAsync(options => options.ReadsPerSecond = 10_000);
        bench.Chain.Mine([.. Enumerable.Range(1, channels).Select(id => bench.Open((ulong)id))]);
        await bench.FollowAsync();
        for (int id = 1; id <= channels; id++)
        {
            bench.Follower.ReadLater(new ChannelId((ulong)id));
        }

        return bench;
    }
}
