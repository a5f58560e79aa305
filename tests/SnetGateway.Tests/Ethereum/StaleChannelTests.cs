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

    [Fact]
    public async Task Follow_MoreToReadLaterThanAMinuteHasSecondsFor_AreReadFaster()
    {
        await using FollowerBench bench = await ToReadLaterAsync(18_000);
        int before = bench.Chain.ChannelRequests;
        await bench.FollowAsync();
        Assert.Equal(before + 3, bench.Chain.ChannelRequests);
    }

    [Fact]
    public async Task Follow_ManyChannelsToReadLater_DoNotKeepItFromTheNextHead()
    {
        await using FollowerBench bench = await ToReadLaterAsync(2_000);
        int before = bench.Chain.ChannelRequests;
        for (int round = 1; round <= 2; round++)
        {
            bench.Clock.Advance(TimeSpan.FromMinutes(1));
            await bench.FollowAsync();
            Assert.Equal(before + (round * 10), bench.Chain.ChannelRequests);
        }
    }

    [Fact]
    [Rule(12)]
    public async Task Follow_OutdatedChannel_IsReadBeforeThoseToReadLater()
    {
        await using FollowerBench bench = await ToReadLaterAsync(2_000);
        bench.Chain.Mine(block => block.AddFunds(0, 5));
        await bench.FollowAsync();
        Assert.Equal((1_005UL, ReadingFreshness.Fresh), (bench.State(0).Reading.Value, bench.State(0).Freshness));
    }

    /// <summary>So many known channels beside channel 0, all to be read later.</summary>
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
