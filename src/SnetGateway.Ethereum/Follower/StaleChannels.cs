using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>Channels to read again with spare budget. A call that comes first reads its channel itself.</summary>
internal sealed class StaleChannels
{
    /// <summary>Requests that are made before the next head is read: a slow node would keep the follower from it.</summary>
    private const int MostPerRound = 10;

    private readonly ConcurrentDictionary<ChannelId, byte> _channels = new();

    /// <summary>Called at each use of a channel whose reading is old, so it takes no lock for one that waits already.</summary>
    public void Add(ChannelId channel)
    {
        if (!_channels.ContainsKey(channel))
        {
            _channels[channel] = 0;
        }
    }

    /// <summary>Reads channels until none is left, the budget has no request to spare, or the next head is due.</summary>
    public async ValueTask ReadAsync(ChannelReader reader, CancellationToken cancellationToken)
    {
        foreach (ChannelId[] batch in _channels.Keys.Chunk(ReadQueue.MaxBatch).Take(MostPerRound))
        {
            // Removed first: an event during the read adds the channel again.
            foreach (ChannelId channel in batch)
            {
                _channels.TryRemove(channel, out _);
            }

            if (!await reader.TryReadInBackgroundAsync(batch, cancellationToken))
            {
                foreach (ChannelId channel in batch)
                {
                    Add(channel);
                }

                return;
            }
        }
    }
}
