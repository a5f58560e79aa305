using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// What happened to which channel in the newest blocks, known to us or not: a reading that was under way while a block was followed is held to
/// it afterwards, and a reorganisation finds here what it undid.
/// </summary>
internal sealed class RecentEvents(int depth)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ChannelId, List<Happening>> _byChannel = [];
    private readonly Queue<(ulong Block, ChannelId Channel)> _inOrder = new();

    /// <summary>Notes an event. <paramref name="newNonce"/> is set for claims.</summary>
    public void Add(ChannelId channel, ulong block, ChannelNonce? newNonce)
    {
        lock (_lock)
        {
            if (!_byChannel.TryGetValue(channel, out List<Happening>? list))
            {
                _byChannel.Add(channel, list = []);
            }

            list.Add(new Happening(block, newNonce));
            _inOrder.Enqueue((block, channel));
            while (_inOrder.TryPeek(out (ulong Block, ChannelId Channel) oldest) && oldest.Block + (ulong)depth < block)
            {
                _inOrder.Dequeue();
                Remove(oldest.Channel, happening => happening.Block == oldest.Block);
            }
        }
    }

    /// <summary>Whether anything happened to a channel after a block, and the highest nonce that a claim gave it since.</summary>
    public bool HappenedAfter(ChannelId channel, ulong block, out ChannelNonce? newNonce)
    {
        newNonce = null;
        lock (_lock)
        {
            bool any = false;
            foreach (Happening happening in _byChannel.GetValueOrDefault(channel) ?? [])
            {
                if (happening.Block > block)
                {
                    any = true;
                    newNonce = happening.NewNonce is { } nonce ? ChannelNonce.Max(nonce, newNonce ?? nonce) : newNonce;
                }
            }

            return any;
        }
    }

    /// <summary>Takes out what happened after a block, and says to whom.</summary>
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
                Remove(channel, happening => happening.Block > block);
            }

            return channels;
        }
    }

    private void Remove(ChannelId channel, Predicate<Happening> which)
    {
        if (_byChannel.TryGetValue(channel, out List<Happening>? list))
        {
            list.RemoveAll(which);
            if (list.Count == 0)
            {
                _byChannel.Remove(channel);
            }
        }
    }

    private readonly record struct Happening(ulong Block, ChannelNonce? NewNonce);
}
