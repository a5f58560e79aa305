using Microsoft.Extensions.Logging;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Follows the escrow contract's events block by block and keeps the known channels true by them. One at a time: only
/// <see cref="AdvanceAsync"/> moves it. The cursor is the newest followed block; whatever fails on the way leaves it at a block that is complete.
/// </summary>
internal sealed class LogFollower(
    Address escrow,
    ChainOptions options,
    ChannelBook book,
    RecentBlocks recent,
    ReorganisedChannels reorganised,
    StaleChannels stale,
    HeadRegression lower,
    ChainMetrics metrics,
    ILogger logger)
{
    /// <summary>Up to so many blocks are asked for one by one, by hash; more are asked for by range up to this far from the head.</summary>
    private const ulong BlocksByHash = 16;

    /// <summary>Blocks of one range. Halved where a node finds it too much.</summary>
    private const ulong BlocksPerRange = 1_000;

    private readonly RecentEvents _events = new(options.FinalityDepth);
    private readonly ReadingsAhead _ahead = new();
    private volatile Boxed? _cursor;
    private ulong _floor;

    /// <summary>The block up to which logs are complete; also before the first round, when it is what an earlier process left.</summary>
    public ChainBlock? Cursor => _cursor?.Block;

    /// <summary>Called for each claim of a known channel, in order. May not wait.</summary>
    public Action<ChannelClaimSeen>? ClaimSeen { get; set; }

    /// <summary>Begins where an earlier process stopped.</summary>
    public void Resume(ChainBlock cursor)
    {
        Move(cursor);
        foreach (Channel channel in book.All)
        {
            if (channel.Chain is { } chain)
            {
                lower.Note(chain.Reading.Block);
            }
        }
    }

    /// <summary>Takes in all logs up to <paramref name="head"/>, asking one endpoint.</summary>
    public async ValueTask<bool> AdvanceAsync(JsonRpcEndpoint endpoint, ChainBlock head, CancellationToken cancellationToken)
    {
        if (recent.Tip?.Hash == head.Hash)
        {
            Move(head); // no new block: one question a round is all the traffic
            return true;
        }

        BlockHeader headBlock = await endpoint.BlockAsync(head.Hash, cancellationToken) ?? throw NotThereYet();
        if (Cursor is not { } cursor)
        {
            // Nothing is backfilled: readings of an earlier process, if any, are read again before they are judged by.
            await JumpAsync(endpoint, headBlock, head.SeenAt, DateTimeOffset.MinValue, cancellationToken);
            return true;
        }

        if (recent.Tip is null && !await TakeUpAsync(endpoint, cursor, headBlock, cancellationToken))
        {
            await ForgetBranchAsync(endpoint, headBlock, head.SeenAt, cancellationToken);
            return true;
        }

        BlockHeader tip = recent.Tip!.Value;
        if (headBlock.Number > tip.Number + BlocksByHash)
        {
            if (!await ReturnToChainAsync(endpoint, cancellationToken))
            {
                await ForgetBranchAsync(endpoint, headBlock, head.SeenAt, cancellationToken);
                return true;
            }

            tip = recent.Tip!.Value;
            if (headBlock.Number - tip.Number > (ulong)options.MaxLogGapBlocks)
            {
                ChainLog.GapTooLarge(logger, tip.Number, headBlock.Number);
                await JumpAsync(endpoint, headBlock, head.SeenAt, KnownThrough, cancellationToken);
                return true;
            }

            await CatchUpAsync(endpoint, headBlock.Number - BlocksByHash, cancellationToken);
        }

        await FollowAsync(endpoint, headBlock, head.SeenAt, cancellationToken);
        return true;
    }

    /// <summary>
    /// Holds a reading that has just been put into the book to what was followed meanwhile: an event that it is too old to show, or a branch
    /// that did not last.
    /// </summary>
    public void HoldToEvents(ChannelId id, ChainBlock block)
    {
        _ahead.Note(id, block);
        CheckBranch();
        if (book.Find(id) is not { } channel)
        {
            return;
        }

        // Logs are only followed from the floor on, and events only kept for a while: a reading from before that may have missed some.
        ulong tip = recent.Tip?.Number ?? block.Number;
        if (block.Number < Volatile.Read(ref _floor) || block.Number + (ulong)options.FinalityDepth < tip)
        {
            channel.MarkOutdated(block.SeenAt);
        }

        if (_events.HappenedAfter(id, block.Number, out ChannelNonce? newNonce))
        {
            Mark(channel, newNonce, block.SeenAt);
        }
    }

    private DateTimeOffset KnownThrough => _cursor?.Block.SeenAt ?? DateTimeOffset.MinValue;

    private static JsonRpcErrorException NotThereYet() => new(0, "the block is not known there yet");

    private static void Mark(Channel channel, ChannelNonce? newNonce, DateTimeOffset knownThrough)
    {
        if (newNonce is { } nonce)
        {
            channel.MarkClaimed(nonce, knownThrough);
        }
        else
        {
            channel.MarkOutdated(knownThrough);
        }
    }

    /// <summary>Finds the cursor of an earlier process on the chain again. False if the chain has another block in its place.</summary>
    private async ValueTask<bool> TakeUpAsync(
        JsonRpcEndpoint endpoint, ChainBlock cursor, BlockHeader head, CancellationToken cancellationToken)
    {
        if (head.Number < cursor.Number)
        {
            // The head is not taken from an endpoint that is only behind.
            ChainLog.CursorGivenUp(logger, cursor.Number, head.Number);
            return false;
        }

        BlockHeader block = await endpoint.BlockAsync(cursor.Number, cancellationToken) ?? throw NotThereYet();
        if (block.Hash != cursor.Hash)
        {
            return false;
        }

        Volatile.Write(ref _floor, block.Number);
        await BeginAtAsync(endpoint, block, cancellationToken);
        ChainLog.Following(logger, block.Number);
        return true;
    }

    /// <summary>Makes sure that the newest followed block is still on the chain, else goes back to one that is. False if none is.</summary>
    private async ValueTask<bool> ReturnToChainAsync(JsonRpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        ulong number = recent.Tip!.Value.Number;
        while (recent.TryGet(number, out BlockHeader followed))
        {
            BlockHeader actual = await endpoint.BlockAsync(number, cancellationToken) ?? throw NotThereYet();
            if (actual.Hash == followed.Hash)
            {
                GoBackTo(followed);
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

    /// <summary>Follows up to <paramref name="last"/> by ranges, which the endpoint's own head is past.</summary>
    private async ValueTask CatchUpAsync(JsonRpcEndpoint endpoint, ulong last, CancellationToken cancellationToken)
    {
        ulong size = BlocksPerRange;
        while (recent.Tip!.Value.Number < last)
        {
            ulong from = recent.Tip!.Value.Number + 1;
            ulong to = Math.Min(last, from + size - 1);
            BlockHeader before = await endpoint.BlockAsync(to, cancellationToken) ?? throw NotThereYet();
            IReadOnlyList<LogEntry> logs;
            try
            {
                logs = await endpoint.LogsAsync(escrow, EscrowEvents.Topics, from, to, cancellationToken);
            }
            catch (JsonRpcErrorException exception) when (size > 1 && !exception.IsRateLimit)
            {
                size /= 2; // too many blocks or too many logs for this node
                continue;
            }

            // The same block there before and after: the range was of one branch.
            BlockHeader after = await endpoint.BlockAsync(to, cancellationToken) ?? throw NotThereYet();
            if (before.Hash != after.Hash)
            {
                throw new JsonRpcErrorException(0, "it was reorganised while its logs were read");
            }

            Take(logs);
            await BeginAtAsync(endpoint, after, cancellationToken);
        }
    }

    /// <summary>Follows the last blocks one by one, by hash, from where they leave what was followed before.</summary>
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
                await ForgetBranchAsync(endpoint, head, seenAt, cancellationToken);
                return;
            }

            if (block.Number <= tip.Number + 1 && recent.TryGet(block.Number - 1, out BlockHeader parent) && parent.Hash == block.ParentHash)
            {
                GoBackTo(parent);
                break;
            }

            block = await endpoint.ParentAsync(block, cancellationToken) ?? throw NotThereYet();
        }

        while (branch.TryPop(out BlockHeader next))
        {
            Take(await endpoint.LogsAsync(escrow, EscrowEvents.Topics, next, cancellationToken));
            recent.Append(next);
            CheckBranch();
            Move(new ChainBlock(next.Number, next.Hash, KnownThrough));
        }

        Move(new ChainBlock(head.Number, head.Hash, seenAt));
    }

    private void Take(IReadOnlyList<LogEntry> logs)
    {
        DateTimeOffset knownThrough = KnownThrough;
        foreach (LogEntry log in logs)
        {
            if (!EscrowEvents.TryDecode(log.Topics, log.Data.Span, out EscrowEvent? happened))
            {
                throw EthereumQueries.Malformed("eth_getLogs");
            }

            if (happened is ChannelOpened)
            {
                continue; // a channel is read when it first pays
            }

            ChannelNonce? newNonce = happened.NewNonce;

            // Noted before the book is looked at: a reading under way finds either the mark or the note.
            _events.Add(happened.Channel, log.BlockNumber, newNonce);
            if (book.Find(happened.Channel) is not { } channel)
            {
                continue;
            }

            if (channel.Chain is { } chain && (chain.Reading.Block.Number < log.BlockNumber || newNonce > chain.Nonce))
            {
                Mark(channel, newNonce, knownThrough);
                stale.Add(channel.Id);
            }

            if (happened is ChannelClaimed claim)
            {
                Report(claim, new ChainBlock(log.BlockNumber, log.BlockHash, knownThrough));
            }
        }
    }

    private void Report(ChannelClaimed claim, ChainBlock block)
    {
        try
        {
            ClaimSeen?.Invoke(new ChannelClaimSeen(
                claim.Channel, claim.NewNonce!.Value, claim.ClaimAmount.ToUInt256(), claim.PlannedAmount.ToUInt256(), block));
        }
#pragma warning disable CA1031 // Somebody else's failure must not stop the chain from being followed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            ChainLog.CallbackFailed(logger, exception, claim.Channel);
        }
    }

    /// <summary>Undoes what was followed after <paramref name="ancestor"/>. Nothing to do if that is the newest block.</summary>
    private void GoBackTo(BlockHeader ancestor)
    {
        if (recent.Tip!.Value.Hash == ancestor.Hash)
        {
            return;
        }

        recent.CutAfter(ancestor.Number);
        lower.Note(new ChainBlock(ancestor.Number, ancestor.Hash, KnownThrough));
        var affected = new HashSet<ChannelId>(_events.DropAfter(ancestor.Number));
        affected.UnionWith(book.All.Where(channel => channel.Chain?.Reading.Block.Number > ancestor.Number).Select(channel => channel.Id));
        Undo(affected, ancestor.Number);
        Move(new ChainBlock(ancestor.Number, ancestor.Hash, KnownThrough));
    }

    /// <summary>No block that is known here is on the chain any more: everything is read again, and following begins at the head.</summary>
    private async ValueTask ForgetBranchAsync(
        JsonRpcEndpoint endpoint, BlockHeader head, DateTimeOffset seenAt, CancellationToken cancellationToken)
    {
        ulong oldest = recent.Tip is null ? _cursor!.Block.Number : recent.OldestNumber;
        ChainLog.DeepReorganisation(logger, oldest);
        _events.DropAfter(0);
        DateTimeOffset knownThrough = KnownThrough;
        Undo(book.All.Where(channel => channel.Chain is not null).Select(channel => channel.Id).ToHashSet(), oldest);
        await JumpAsync(endpoint, head, seenAt, knownThrough, cancellationToken);
        lower.Restart(new ChainBlock(head.Number, head.Hash, seenAt));
    }

    private void Undo(IReadOnlyCollection<ChannelId> affected, ulong ancestor)
    {
        foreach (ChannelId id in affected)
        {
            if (book.Find(id) is { } channel)
            {
                reorganised.Mark(channel, KnownThrough);
                stale.Add(id);
            }
        }

        // Ids of channels that vanished can be given to somebody else.
        book.ForgetForeign();
        metrics.Reorganised();
        ChainLog.Reorganised(logger, ancestor, affected.Count);
    }

    private void CheckBranch()
    {
        IReadOnlyList<ChannelId> mismatches = _ahead.TakeMismatches(recent);
        if (mismatches.Count > 0)
        {
            Undo(mismatches, recent.Tip!.Value.Number - 1);
        }
    }

    /// <summary>Goes on from a block whose earlier logs are not known here.</summary>
    private async ValueTask JumpAsync(
        JsonRpcEndpoint endpoint, BlockHeader to, DateTimeOffset seenAt, DateTimeOffset knownThrough, CancellationToken cancellationToken)
    {
        await BeginAtAsync(endpoint, to, cancellationToken);

        // First the floor, then the marks: a reading under way that is from before it marks itself.
        Volatile.Write(ref _floor, to.Number);
        foreach (Channel channel in book.All)
        {
            if (channel.Chain is { } chain && chain.Reading.Block.Number < to.Number)
            {
                channel.MarkOutdated(knownThrough);
            }
        }

        Move(new ChainBlock(to.Number, to.Hash, seenAt));
        ChainLog.Following(logger, to.Number);
    }

    /// <summary>Makes a block the newest followed one, with some of its ancestors, so that a reorganisation of the usual depth is understood.</summary>
    private async ValueTask BeginAtAsync(JsonRpcEndpoint endpoint, BlockHeader block, CancellationToken cancellationToken)
    {
        var blocks = new Stack<BlockHeader>([block]);
        while (blocks.Count < Math.Min(options.FinalityDepth, 12) && blocks.Peek().Number > 0)
        {
            blocks.Push(await endpoint.ParentAsync(blocks.Peek(), cancellationToken) ?? throw NotThereYet());
        }

        recent.Restart(blocks);
        lower.Note(new ChainBlock(block.Number, block.Hash, KnownThrough));
        CheckBranch();
        if (_cursor is not null)
        {
            Move(new ChainBlock(block.Number, block.Hash, KnownThrough));
        }
    }

    private void Move(ChainBlock cursor) => _cursor = new Boxed(cursor);

    /// <summary>So that readers on other threads see a whole block.</summary>
    private sealed record Boxed(ChainBlock Block);
}
