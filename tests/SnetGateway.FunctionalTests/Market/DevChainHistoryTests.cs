using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

/// <summary>What moves the head back or changes mining gets a chain of its own: others rely on theirs.</summary>
[Trait("Needs", "chain")]
public sealed class DevChainHistoryTests
{
    [Fact]
    public async Task ReorganizeAndRevert_TakeBackWhatWasMined()
    {
        await using DevChain chain = await DevChain.StartAsync(new DevChainOptions { OpenChannels = false, ChainId = 1234 });
        string snapshot = await chain.SnapshotAsync();
        ChainChannel channel = await chain.OpenChannelAsync(1000);
        await chain.AddFundsAsync(channel.Id, 1);

        await chain.ReorganizeAsync(1);
        ChainChannel withoutFunds = await chain.GetChannelAsync(channel.Id);
        await chain.RevertAsync(snapshot);
        ChainChannel withoutChannel = await chain.GetChannelAsync(channel.Id);

        Assert.Equal(1234ul, chain.State.ChainId);
        Assert.Equal(1000, withoutFunds.Value);
        Assert.Equal(0, withoutChannel.Expiration);
    }

    [Fact]
    public async Task SetMining_Manual_MinesOnlyWhenTold()
    {
        await using DevChain chain = await DevChain.StartAsync(new DevChainOptions { OpenChannels = false });
        await chain.SetMiningAsync("manual");
        ulong before = await chain.GetBlockNumberAsync();

        await chain.CommandAsync("deposit", new { from = "consumer", amount = "5", wait = false });
        ulong pending = await chain.GetBlockNumberAsync();
        ulong mined = await chain.MineAsync(3);

        Assert.Equal(before, pending);
        Assert.Equal(before + 3, mined);
    }

    [Fact]
    public async Task Dispose_EndsTheNodeToo()
    {
        DevChain chain = await DevChain.StartAsync(new DevChainOptions { OpenChannels = false });
        int node = chain.State.NodePid;
        Assert.True(Directory.Exists($"/proc/{node}"));

        await chain.DisposeAsync();

        Assert.False(IsRunning(node));
    }

    /// <summary>
    /// A process that has ended keeps its entry, in state Z, until its new parent has read its exit code: that is not ours to wait for.
    /// </summary>
    private static bool IsRunning(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException)
        {
            return false;
        }
    }
}
