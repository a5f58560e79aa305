using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>Channels to be read again when the budget has something to spare; a call that comes first reads its channel itself.</summary>
internal sealed class StaleChannels
{
    private readonly ConcurrentDictionary<ChannelId, byte> _channels = new();

    public void Add(ChannelId channel) => _channels[channel] = 0;

    /// <summary>Reads as many as the budget spares.</summary>
    public async ValueTask ReadAsync(ChannelReader looks, CancellationToken cancellationToken)
    {
        foreach (ChannelId channel in _channels.Keys)
        {
            // Taken out first: an event that comes during the reading puts it in again.
            _channels.TryRemove(channel, out _);
            if (!await looks.TryReadInBackgroundAsync(channel, cancellationToken))
            {
                _channels[channel] = 0;
                return;
            }
        }
    }
}
