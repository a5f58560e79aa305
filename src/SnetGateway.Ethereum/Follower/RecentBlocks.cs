using SnetGateway.Ethereum.JsonRpc;

namespace SnetGateway.Ethereum.Follower;

/// <summary>The hashes of the newest followed blocks, one per number and without gaps, for detecting reorganisations.</summary>
internal sealed class RecentBlocks(int depth)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<BlockHeader> _blocks = new();

    /// <summary>The newest block whose logs were applied. Null before the first.</summary>
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

    /// <summary>The lowest number whose hash is known. Call it only after the first block.</summary>
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

            // Nearly always one of the newest.
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

    /// <summary>Replaces all blocks by these, oldest first.</summary>
    public void Restart(IEnumerable<BlockHeader> blocks)
    {
        // Under one lock, so that other threads never see it empty.
        lock (_lock)
        {
            _blocks.Clear();
            foreach (BlockHeader block in blocks)
            {
                Append(block);
            }
        }
    }

    /// <summary>Removes the blocks after <paramref name="number"/>, which must be known.</summary>
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
