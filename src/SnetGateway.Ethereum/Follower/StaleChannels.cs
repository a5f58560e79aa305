using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>Channels to read again with spare budget. A call that comes first reads its channel itself.</summary>
internal sealed class StaleChannels
{
    private readonly ConcurrentDictionary<ChannelId, byte> _channels = new();

    public void Add(ChannelId channel) => _channels[channel] = 0;

    /// <summary>Reads channels until none is left or the budget has no read to spare.</summary>
    public async ValueTask ReadAsync(ChannelReader reader, CancellationToken cancellationToken)
    {
        foreach (ChannelId channel in _channels.Keys)
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
