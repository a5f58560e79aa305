using Microsoft.Extensions.Logging;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Follows the escrow contract's events block by block and keeps the known channels up to date. Only <see cref="AdvanceAsync"/> moves the
/// cursor, the newest followed block, and it runs once at a time. A failure leaves the cursor at a block whose events were all applied.
/// </summary>
internal sealed class LogFollower(
    FollowedLogs logs,
    ChainOptions options,
    ChannelBook book,
    RecentBlocks recent,
    ReorganisedChannels reorganised,
    StaleChannels stale,
    EventApplier events,
    HeadRegression regression,
    ChainMetrics metrics,
    ILogger logger)
{
    /// <summary>
    /// Up to this many blocks are read one by one, by hash. A longer gap is first read by ranges, up to this distance from the head.
    /// </summary>
    private const ulong BlocksByHash = 16;

    /// <summary>Blocks of one range. Halved when a node rejects it as too large.</summary>
    private const ulong BlocksPerRange = 1_000;

    private readonly UnverifiedReadings _unverified = new();
    private volatile CursorBox? _cursor;
    private ulong _floor;
    private ulong? _resumedAt;

    /// <summary>The block up to which logs are complete. Before the first round it is the cursor of the earlier process.</summary>
    public ChainBlock? Cursor => _cursor?.Block;

    /// <summary>Sets the cursor of an earlier process.</summary>
    public void Resume(ChainBlock cursor)
    {
        SetCursor(cursor);
        foreach (Channel channel in book.All)
        {
            if (channel.Chain is { } chain)
            {
                regression.Note(chain.Reading.Block);
            }
        }
    }

    /// <summary>Applies all logs up to the head, read from one endpoint, which must have it.</summary>
    public async ValueTask AdvanceAsync(JsonRpcEndpoint endpoint, HeadView view, CancellationToken cancellationToken)
    {
        ChainBlock head = view.Head;
        if (recent.Tip?.Hash == head.Hash)
        {
            SetCursor(head); // no new block: nothing to read
            return;
        }

        BlockHeader headBlock = endpoint == view.Endpoint
            ? view.Header
            : await endpoint.BlockAsync(head.Hash, cancellationToken) ?? throw EthereumQueries.BlockNotFound();
        if (Cursor is not { } cursor)
        {
            // The first start: no history is read. Readings of an earlier process, if any, are read again before their next use.
            await SkipToAsync(endpoint, headBlock, head.SeenAt, DateTimeOffset.MinValue, cancellationToken);
            return;
        }

        if (recent.Tip is null && !await ResumeAtCursorAsync(endpoint, cursor, headBlock, cancellationToken))
        {
            await RestartAtHeadAsync(endpoint, headBlock, head.SeenAt, cancellationToken);
            return;
        }

        BlockHeader tip = recent.Tip!.Value;
        if (headBlock.Number > tip.Number + BlocksByHash)
        {
            if (!await RewindToChainAsync(endpoint, cancellationToken))
            {
                await RestartAtHeadAsync(endpoint, headBlock, head.SeenAt, cancellationToken);
                return;
            }

            tip = recent.Tip!.Value;
            if (headBlock.Number - tip.Number > (ulong)options.MaxLogGapBlocks)
            {
                ChainLog.GapTooLarge(logger, tip.Number, headBlock.Number);
                await SkipToAsync(endpoint, headBlock, head.SeenAt, KnownThrough, cancellationToken);
                return;
            }

            if (!await CatchUpAsync(endpoint, logs.Filter, headBlock.Number - BlocksByHash, cancellationToken))
            {
                ChainLog.GapTooLarge(logger, recent.Tip!.Value.Number, headBlock.Number);
                await SkipToAsync(endpoint, headBlock, head.SeenAt, KnownThrough, cancellationToken);
                return;
            }
        }

        await FollowAsync(endpoint, headBlock, head.SeenAt, cancellationToken);
    }

    /// <summary>
    /// Call after a reading was put into the book. Marks the channel if the reading is too old to show an event that was followed since, or
    /// if it is of a branch that was replaced.
    /// </summary>
    public void CheckAgainstEvents(ChannelId id, ChainBlock block)
    {
        _unverified.Add(id, block);
        CheckUnverifiedReadings();
        if (book.Find(id) is not { } channel)
        {
            return;
        }

        // Logs are followed from the floor on, and events kept only for a while: an older reading may have missed some.
        ulong tip = recent.Tip?.Number ?? block.Number;
        if (block.Number < Volatile.Read(ref _floor) || block.Number + (ulong)options.FinalityDepth < tip)
        {
            channel.MarkOutdated(block.SeenAt);
        }

        if (events.Recent.TryFindAfter(id, block.Number, out ChannelNonce? newNonce))
        {
            EventApplier.Mark(channel, newNonce, block.SeenAt);
        }
    }

    private DateTimeOffset KnownThrough => _cursor?.Block.SeenAt ?? DateTimeOffset.MinValue;

    /// <summary>Finds an earlier process's cursor on the chain. False if the chain has another block in its place.</summary>
    private async ValueTask<bool> ResumeAtCursorAsync(
        JsonRpcEndpoint endpoint, ChainBlock cursor, BlockHeader head, CancellationToken cancellationToken)
    {
        if (head.Number < cursor.Number)
        {
            // HeadReader does not accept the head of an endpoint that is only behind, so this is another chain.
            ChainLog.CursorDiscarded(logger, cursor.Number, head.Number);
            return false;
        }

        BlockHeader block = await endpoint.BlockAsync(cursor.Number, cancellationToken) ?? throw EthereumQueries.BlockNotFound();
        if (block.Hash != cursor.Hash)
        {
            return false;
        }

        Volatile.Write(ref _floor, block.Number);
        _resumedAt = block.Number;
        await SetTipAsync(endpoint, block, cancellationToken);
        ChainLog.Following(logger, block.Number);
        return true;
    }

    /// <summary>Rewinds to the newest followed block that is still on the chain. False if there is none.</summary>
    private async ValueTask<bool> RewindToChainAsync(JsonRpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        ulong number = recent.Tip!.Value.Number;
        while (recent.TryGet(number, out BlockHeader followed))
        {
            BlockHeader actual = await endpoint.BlockAsync(number, cancellationToken) ?? throw EthereumQueries.BlockNotFound();
            if (actual.Hash == followed.Hash)
            {
                RewindTo(followed);
                return true;
            }

            if (number == 0)
            {
                break;
            }

            number--;
        }

        return false;
    }

    /// <summary>
    /// Follows up to <paramref name="last"/> by ranges. The endpoint's head must be past that block. False when the node's ranges are too
    /// small for it.
    /// </summary>
    private async ValueTask<bool> CatchUpAsync(
        JsonRpcEndpoint endpoint, LogFilter filter, ulong last, CancellationToken cancellationToken)
    {
        ulong from = recent.Tip!.Value.Number + 1;
        try
        {
            await foreach (LogRange range in endpoint.LogRangesAsync(filter, from, last, BlocksPerRange, cancellationToken))
            {
                events.Apply(logs.Take(range.Logs), KnownThrough);
                await SetTipAsync(endpoint, range.Last, cancellationToken);
            }
        }
        catch (Exception exception) when (FollowedLogs.IsRefusal(filter, exception))
        {
            logs.Missed(last);
            return await CatchUpAsync(endpoint, logs.EscrowOnly, last, cancellationToken);
        }
        catch (RangesTooSmallException)
        {
            return false;
        }

        return true;
    }

    /// <summary>Follows the last blocks one by one, by hash, from the newest followed block that is an ancestor of the head.</summary>
    private async ValueTask FollowAsync(
        JsonRpcEndpoint endpoint, BlockHeader head, DateTimeOffset seenAt, CancellationToken cancellationToken)
    {
        var branch = new Stack<BlockHeader>();
        BlockHeader tip = recent.Tip!.Value;
        BlockHeader block = head;
        while (block.Hash != tip.Hash)
        {
            branch.Push(block);
            if (block.Number == 0 || block.Number <= recent.OldestNumber)
            {
                await RestartAtHeadAsync(endpoint, head, seenAt, cancellationToken);
                return;
            }

            if (block.Number <= tip.Number + 1
                && recent.TryGet(block.Number - 1, out BlockHeader parent)
                && parent.Hash == block.ParentHash)
            {
                RewindTo(parent);
                break;
            }

            block = await endpoint.ParentAsync(block, cancellationToken) ?? throw EthereumQueries.BlockNotFound();
        }

        while (branch.TryPop(out BlockHeader next))
        {
            events.Apply(await logs.ReadAsync(endpoint, next, cancellationToken), KnownThrough);
            recent.Append(next);
            CheckUnverifiedReadings();
            SetCursor(new ChainBlock(next.Number, next.Hash, KnownThrough));
        }

        SetCursor(new ChainBlock(head.Number, head.Hash, seenAt));
        MarkRecordedReadings();
    }

    /// <summary>The logs were followed without a gap from the cursor of the earlier process: its readings may be used.</summary>
    private void MarkRecordedReadings()
    {
        if (_resumedAt is not { } start)
        {
            return;
        }

        _resumedAt = null;
        foreach (Channel channel in book.All)
        {
            channel.MarkFollowedFrom(start);
        }
    }

    /// <summary>Undoes everything after <paramref name="ancestor"/>. Does nothing if that is the newest followed block.</summary>
    private void RewindTo(BlockHeader ancestor)
    {
        if (recent.Tip!.Value.Hash == ancestor.Hash)
        {
            return;
        }

        recent.CutAfter(ancestor.Number);
        logs.Undone(ancestor.Number);
        regression.Note(new ChainBlock(ancestor.Number, ancestor.Hash, KnownThrough));
        var affected = new HashSet<ChannelId>(events.Undo(ancestor.Number));
        affected.UnionWith(book.All.Where(channel => channel.Chain?.Reading.Block.Number > ancestor.Number).Select(channel => channel.Id));
        MarkReorganised(affected, ancestor.Number);
        SetCursor(new ChainBlock(ancestor.Number, ancestor.Hash, KnownThrough));
    }

    /// <summary>No known block is on the chain any more: every channel is read again, and following restarts at the head.</summary>
    private async ValueTask RestartAtHeadAsync(
        JsonRpcEndpoint endpoint, BlockHeader head, DateTimeOffset seenAt, CancellationToken cancellationToken)
    {
        ulong oldest = recent.Tip is null ? _cursor!.Block.Number : recent.OldestNumber;
        ChainLog.DeepReorganisation(logger, oldest);
        events.Undo(0);
        DateTimeOffset knownThrough = KnownThrough;
        MarkReorganised(book.All.Where(channel => channel.Chain is not null).Select(channel => channel.Id).ToHashSet(), oldest);
        await SkipToAsync(endpoint, head, seenAt, knownThrough, cancellationToken);
        regression.Restart(new ChainBlock(head.Number, head.Hash, seenAt));
    }

    private void MarkReorganised(IReadOnlyCollection<ChannelId> affected, ulong ancestor)
    {
        foreach (ChannelId id in affected)
        {
            if (book.Find(id) is { } channel)
            {
                reorganised.Mark(channel, KnownThrough);
                stale.Add(id);
            }
        }

        // The chain can give the ids of removed channels to other parties.
        book.ForgetForeign();
        metrics.Reorganised();
        ChainLog.Reorganised(logger, ancestor, affected.Count);
    }

    private void CheckUnverifiedReadings()
    {
        IReadOnlyList<ChannelId> mismatches = _unverified.TakeMismatches(recent);
        if (mismatches.Count > 0)
        {
            MarkReorganised(mismatches, recent.Tip!.Value.Number - 1);
        }
    }

    /// <summary>Continues from a block without having read the logs before it.</summary>
    private async ValueTask SkipToAsync(
        JsonRpcEndpoint endpoint, BlockHeader to, DateTimeOffset seenAt, DateTimeOffset knownThrough, CancellationToken cancellationToken)
    {
        _resumedAt = null;
        await SetTipAsync(endpoint, to, cancellationToken);
        logs.Missed(to.Number);

        // First the floor, then the marks: an older reading in flight then sees the floor and marks its channel.
        Volatile.Write(ref _floor, to.Number);
        foreach (Channel channel in book.All)
        {
            if (channel.Chain is { } chain && chain.Reading.Block.Number < to.Number)
            {
                channel.MarkOutdated(knownThrough);
            }
        }

        SetCursor(new ChainBlock(to.Number, to.Hash, seenAt));
        ChainLog.Following(logger, to.Number);
    }

    /// <summary>
    /// Sets the newest followed block, and reads some of its ancestors, so that a reorganisation of the usual depth can be handled.
    /// </summary>
    private async ValueTask SetTipAsync(JsonRpcEndpoint endpoint, BlockHeader block, CancellationToken cancellationToken)
    {
        var blocks = new Stack<BlockHeader>([block]);
        while (blocks.Count < Math.Min(options.FinalityDepth, 12) && blocks.Peek().Number > 0)
        {
            blocks.Push(await endpoint.ParentAsync(blocks.Peek(), cancellationToken) ?? throw EthereumQueries.BlockNotFound());
        }

        recent.Restart(blocks);
        regression.Note(new ChainBlock(block.Number, block.Hash, KnownThrough));
        CheckUnverifiedReadings();
        if (_cursor is not null)
        {
            SetCursor(new ChainBlock(block.Number, block.Hash, KnownThrough));
        }
    }

    private void SetCursor(ChainBlock cursor) => _cursor = new CursorBox(cursor);

    /// <summary>A class, so that readers on other threads see a whole block.</summary>
    private sealed record CursorBox(ChainBlock Block);
}
