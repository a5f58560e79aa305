using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.TestKit.Claims;

/// <summary>One gateway's view of a <see cref="SimulatedChain"/>: it follows claims and reorganisations as the real one does.</summary>
public sealed class SimulatedReader(SimulatedChain chain, ChannelBook book, TimeProvider time) : IChannelReader
{
    private readonly List<SimulatedBlock> _followed = [];

    public ChainBlock? Head => _followed.Count == 0 ? null : _followed[^1].At(time);

    public ChainBlock? Cursor => Head;

    /// <summary>Applies what has happened since.</summary>
    public void Follow()
    {
        bool isStart = _followed.Count == 0;
        var undone = new HashSet<ChannelId>();
        while (_followed.Count > 0 && !ReferenceEquals(chain.Find(_followed[^1].Number), _followed[^1]))
        {
            undone.UnionWith(_followed[^1].Claimed);
            _followed.RemoveAt(_followed.Count - 1);
        }

        if (_followed.Count == 0 && !isStart)
        {
            undone.UnionWith(book.All.Select(channel => channel.Id)); // what came before the first followed block is not known
        }

        foreach (ChannelId id in undone)
        {
            book.Find(id)?.MarkReorganised(time.GetUtcNow());
        }

        ulong next = _followed.Count == 0 ? chain.Head.Number : _followed[^1].Number + 1;
        for (; chain.Find(next) is { } block; next++)
        {
            _followed.Add(block);
            foreach (ChannelId id in block.Claimed)
            {
                book.Find(id)?.MarkClaimed(block.Channels[id].Nonce, time.GetUtcNow());
            }
        }

        foreach (ChannelId id in undone)
        {
            if (chain.Find(id) is { } reading)
            {
                book.Learn(reading, afterReorganisation: true);
            }
        }

        if (_followed.Count > 1_000)
        {
            _followed.RemoveRange(0, 500);
        }
    }

    public ValueTask<ChannelReadResult> ReadChannelAsync(ChannelId id, ReadPriority priority, CancellationToken cancellationToken) =>
        new(chain.Find(id) is not { } reading ? ChannelReadResult.NotFound
            : book.Learn(reading) ? ChannelReadResult.Found
            : ChannelReadResult.Foreign);

    public void ReadLater(ChannelId id)
    {
    }

    public ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        Follow();
        return default;
    }

    public ValueTask<bool> RefreshHeadAsync(CancellationToken cancellationToken)
    {
        Follow();
        return new(true);
    }
}
