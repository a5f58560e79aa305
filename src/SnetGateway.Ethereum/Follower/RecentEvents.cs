using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// The events of the newest blocks, of known and unknown channels. A reading that was in flight while a block was followed is checked
/// against them, and a reorganisation finds here the channels that it affects.
/// </summary>
internal sealed class RecentEvents(int depth)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ChannelId, List<RecordedEvent>> _byChannel = [];
    private readonly Queue<(ulong Block, ChannelId Channel)> _inOrder = new();

    /// <summary>Records an event. <paramref name="newNonce"/> is set for claims.</summary>
    public void Add(ChannelId channel, ulong block, ChannelNonce? newNonce)
    {
        lock (_lock)
        {
            if (!_byChannel.TryGetValue(channel, out List<RecordedEvent>? list))
            {
                _byChannel.Add(channel, list = []);
            }

            list.Add(new RecordedEvent(block, newNonce));
            _inOrder.Enqueue((block, channel));
            while (_inOrder.TryPeek(out (ulong Block, ChannelId Channel) oldest) && oldest.Block + (ulong)depth < block)
            {
                _inOrder.Dequeue();
                Remove(oldest.Channel, recorded => recorded.Block == oldest.Block);
            }
        }
    }

    /// <summary>
    /// True when a channel has events after a block. <paramref name="newNonce"/> is the highest nonce of its claims since then.
    /// </summary>
    public bool TryFindAfter(ChannelId channel, ulong block, out ChannelNonce? newNonce)
    {
        newNonce = null;
        lock (_lock)
        {
            bool any = false;
            foreach (RecordedEvent recorded in _byChannel.GetValueOrDefault(channel) ?? [])
            {
                if (recorded.Block > block)
                {
                    any = true;
                    newNonce = recorded.NewNonce is { } nonce ? ChannelNonce.Max(nonce, newNonce ?? nonce) : newNonce;
                }
            }

            return any;
        }
    }

    /// <summary>Removes the events after a block, and returns their channels.</summary>
    public IReadOnlyCollection<ChannelId> DropAfter(ulong block)
    {
        lock (_lock)
        {
            var channels = new HashSet<ChannelId>(_inOrder.Where(one => one.Block > block).Select(one => one.Channel));
            (ulong Block, ChannelId Channel)[] kept = [.. _inOrder.Where(one => one.Block <= block)];
            _inOrder.Clear();
            foreach ((ulong, ChannelId) one in kept)
            {
                _inOrder.Enqueue(one);
            }

            foreach (ChannelId channel in channels)
            {
                Remove(channel, recorded => recorded.Block > block);
            }

            return channels;
        }
    }

    private void Remove(ChannelId channel, Predicate<RecordedEvent> which)
    {
        if (_byChannel.TryGetValue(channel, out List<RecordedEvent>? list))
        {
            list.RemoveAll(which);
            if (list.Count == 0)
            {
                _byChannel.Remove(channel);
            }
        }
    }

    private readonly record struct RecordedEvent(ulong Block, ChannelNonce? NewNonce);
}
