using System.Collections.Concurrent;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Channels that were read at a block which the logs have not reached yet. If the logs reach that number and the block there has another
/// hash, the reading is of a branch that was replaced, although no followed block was.
/// </summary>
internal sealed class UnverifiedReadings
{
    private readonly ConcurrentDictionary<ChannelId, ChainBlock> _readings = new();

    public void Add(ChannelId channel, ChainBlock block) => _readings[channel] = block;

    /// <summary>Removes the readings up to the newest followed block, and returns those that were of another branch.</summary>
    public IReadOnlyList<ChannelId> TakeMismatches(RecentBlocks followed)
    {
        ulong tip = followed.Tip?.Number ?? 0;
        var mismatches = new List<ChannelId>();
        foreach ((ChannelId channel, ChainBlock block) in _readings)
        {
            if (block.Number <= tip && _readings.TryRemove(KeyValuePair.Create(channel, block))
                && followed.TryGet(block.Number, out BlockHeader actual) && actual.Hash != block.Hash)
            {
                mismatches.Add(channel);
            }
        }

        return mismatches;
    }
}
