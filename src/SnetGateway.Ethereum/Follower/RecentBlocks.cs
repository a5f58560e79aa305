using SnetGateway.Ethereum.JsonRpc;

namespace SnetGateway.Ethereum.Follower;

/// <summary>The newest blocks that were followed, one hash per number, without holes: what a reorganisation is noticed by.</summary>
internal sealed class RecentBlocks(int depth)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<BlockHeader> _blocks = new();

    /// <summary>The newest block whose logs were taken in. Null before the first.</summary>
    public BlockHeader? Tip
    {
        get
        {
            lock (_lock)
            {
                return _blocks.Last?.Value;
            }
        }
    }

    /// <summary>The lowest number whose hash is known. Only after the first block.</summary>
    public ulong OldestNumber
    {
        get
        {
            lock (_lock)
            {
                return _blocks.First!.Value.Number;
            }
        }
    }

    public bool TryGet(ulong number, out BlockHeader block)
    {
        lock (_lock)
        {
            if (_blocks.First is not { } first || number < first.Value.Number || number > _blocks.Last!.Value.Number)
            {
                block = default;
                return false;
            }

            // Asked for the newest nearly always.
            LinkedListNode<BlockHeader> node = _blocks.Last!;
            while (node.Value.Number != number)
            {
                node = node.Previous!;
            }

            block = node.Value;
            return true;
        }
    }

    /// <summary>Adds the child of the newest block.</summary>
    public void Append(BlockHeader block)
    {
        lock (_lock)
        {
            if (_blocks.Last is { } last && (last.Value.Hash != block.ParentHash || last.Value.Number + 1 != block.Number))
            {
                throw new InvalidOperationException($"Block {block.Number} is not the child of block {last.Value.Number}.");
            }

            _blocks.AddLast(block);
            while (_blocks.Count > depth + 1)
            {
                _blocks.RemoveFirst();
            }
        }
    }

    /// <summary>Forgets all and begins with these, oldest first.</summary>
    public void Restart(IEnumerable<BlockHeader> blocks)
    {
        // In one: a look on another thread never finds it empty again.
        lock (_lock)
        {
            _blocks.Clear();
            foreach (BlockHeader block in blocks)
            {
                Append(block);
            }
        }
    }

    /// <summary>Forgets what comes after <paramref name="number"/>, which must be known.</summary>
    public void CutAfter(ulong number)
    {
        lock (_lock)
        {
            while (_blocks.Last is { } last && last.Value.Number > number)
            {
                _blocks.RemoveLast();
            }
        }
    }
}
