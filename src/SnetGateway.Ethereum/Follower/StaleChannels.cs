using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>Channels to read again with spare budget. A call that comes first reads its channel itself.</summary>
internal sealed class StaleChannels
{
    /// <summary>Channels that are read before the next head is: a slow node would keep the follower from it.</summary>
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

    /// <summary>Reads channels until none is left, the budget has no read to spare, or the next head is due.</summary>
    public async ValueTask ReadAsync(ChannelReader reader, CancellationToken cancellationToken)
    {
        foreach (ChannelId channel in _channels.Keys.Take(MostPerRound))
        {
            // Removed first: an event during the read adds the channel again.
            _channels.TryRemove(channel, out _);
            if (!await reader.TryReadInBackgroundAsync(channel, cancellationToken))
            {
                _channels[channel] = 0;
                return;
            }
        }
    }
}
