using System.Collections.Concurrent;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Channels that were read at a block which the logs have not reached yet. When the logs come there and the block has another hash, the
/// reading was of a branch that did not last, though no followed block was replaced.
/// </summary>
internal sealed class ReadingsAhead
{
    private readonly ConcurrentDictionary<ChannelId, ChainBlock> _readings = new();

    public void Note(ChannelId channel, ChainBlock block) => _readings[channel] = block;

    /// <summary>Takes out the readings up to the newest followed block, and gives those that were of another branch.</summary>
    public IReadOnlyList<ChannelId> TakeMismatches(RecentBlocks followed)
    {
        ulong tip = followed.Tip?.Number ?? 0;
        var mismatches = new List<ChannelId>();
        foreach ((ChannelId channel, ChainBlock block) in _readings)
        {
            if (block.Number <= tip && _readings.TryRemove(KeyValuePair.Create(channel, block))
                && followed.TryGet(block.Number, out var actual) && actual.Hash != block.Hash)
            {
                mismatches.Add(channel);
            }
        }

        return mismatches;
    }
}
