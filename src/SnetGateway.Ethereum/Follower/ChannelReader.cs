using System.Collections.Concurrent;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Reads single channels: within the budget, one question per channel however many ask, and never twice at one block (design, rule 10).
/// </summary>
internal sealed class ChannelReader(
    EthereumClient client,
    Address escrow,
    ChannelBook book,
    HeadReader heads,
    ReadBudget budget,
    LogFollower logs,
    ReorganisedChannels reorganised,
    ChainMetrics metrics,
    CancellationToken stopping)
{
    private readonly Lock _lock = new();
    private Round _round = new(default);

    /// <summary>A look on behalf of a call. Never throws but for cancellation.</summary>
    public async ValueTask<ChannelReadResult> ReadChannelAsync(ChannelId id, ReadPriority priority, CancellationToken cancellationToken)
    {
        if (book.Find(id) is null && book.TryFindForeign(id, out _))
        {
            return ChannelReadResult.Foreign;
        }

        if (await heads.RefreshAsync(cancellationToken) != HeadReadResult.Read || heads.View is not { } view)
        {
            return ChannelReadResult.Unreachable;
        }

        if (id.Value >= view.NextChannelId)
        {
            reorganised.Settle(id, null);
            return ChannelReadResult.NotFound;
        }

        Round round = RoundAt(view.Target);
        if (round.Reads.TryGetValue(id, out Task<ReadResult>? reading))
        {
            return Reuse(await reading.WaitAsync(cancellationToken));
        }

        // Shared by all who ask for this channel at this block with the same right; none of them may end it for the others.
        Task<ChannelReadResult> ask = round.Asks.GetOrAdd((id, priority), static (key, state) =>
            new Lazy<Task<ChannelReadResult>>(() => state.Looks.AskAsync(state.Round, key.Id, key.Priority, state.Target)), (Looks: this, Round: round, view.Target)).Value;
        return await ask.WaitAsync(cancellationToken);
    }

    /// <summary>A look of our own after an event, with what the budget has to spare. False when it has nothing, or nobody answers.</summary>
    public async ValueTask<bool> TryReadInBackgroundAsync(ChannelId id, CancellationToken cancellationToken)
    {
        if (heads.View is not { } view)
        {
            return false;
        }

        Round round = RoundAt(view.Target);
        if (!round.Reads.ContainsKey(id) && !budget.TryTakeSpare())
        {
            return false;
        }

        ReadResult result = await StartRead(round, id, view.Target, out _).WaitAsync(cancellationToken);
        return Reuse(result) != ChannelReadResult.Unreachable;
    }

    private async Task<ChannelReadResult> AskAsync(Round round, ChannelId id, ReadPriority priority, ChainBlock target)
    {
        ChannelReadResult look = ChannelReadResult.NoBudget;
        try
        {
            if (await budget.TakeAsync(priority, stopping))
            {
                look = Reuse(await StartRead(round, id, target, out bool isNew));
                if (!isNew)
                {
                    budget.GiveBack(priority);
                }
            }
            else
            {
                metrics.BudgetRefused(priority == ReadPriority.KnownParty);
            }
        }
        catch (OperationCanceledException)
        {
            look = ChannelReadResult.Unreachable; // shutting down
        }
        finally
        {
            round.Asks.TryRemove((id, priority), out _);
        }

        return look;
    }

    private Task<ReadResult> StartRead(Round round, ChannelId id, ChainBlock target, out bool isNew)
    {
        var mine = new TaskCompletionSource<ReadResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<ReadResult> reading = round.Reads.GetOrAdd(id, mine.Task);
        isNew = reading == mine.Task;
        if (isNew)
        {
            _ = CompleteAsync(round, id, target, mine);
        }

        return reading;
    }

    private async Task CompleteAsync(Round round, ChannelId id, ChainBlock target, TaskCompletionSource<ReadResult> result)
    {
        var done = new ReadResult(ChannelReadResult.Unreachable, null);
        try
        {
            done = await ReadAsync(id, target);
        }
        catch (Exception exception) when (exception is EndpointException or JsonRpcErrorException or OperationCanceledException)
        {
            // No endpoint has an answer; the next call may try again.
        }
        finally
        {
            if (done.Look == ChannelReadResult.Unreachable)
            {
                round.Reads.TryRemove(id, out _);
            }

            result.SetResult(done);
        }
    }

    private async ValueTask<ReadResult> ReadAsync(ChannelId id, ChainBlock target)
    {
        ChannelReading? reading = await client.AskAsync(
            async (endpoint, cancellationToken) =>
            {
                byte[] answer = await endpoint.CallAsync(escrow, EscrowCalls.Channels(id), target.Hash, cancellationToken);
                return EscrowCalls.TryReadChannel(answer, id, target, out ChannelReading? read)
                    ? read
                    : throw EthereumQueries.Malformed("channels(uint256)");
            },
            stopping);
        if (reading is null)
        {
            reorganised.Settle(id, null);
            return new ReadResult(ChannelReadResult.NotFound, null);
        }

        return new ReadResult(Accept(reading), reading);
    }

    private ChannelReadResult Accept(ChannelReading reading)
    {
        bool isOurs = book.Learn(reading, afterReorganisation: reorganised.Contains(reading.Id));
        reorganised.Settle(reading.Id, reading);
        logs.HoldToEvents(reading.Id, reading.Block);
        return isOurs ? ChannelReadResult.Found : ChannelReadResult.Foreign;
    }

    /// <summary>
    /// What was read at this very block still holds, but the channel may have been marked since, by events that the reading shows already, or the
    /// book may have forgotten it, because other groups are served now.
    /// </summary>
    private ChannelReadResult Reuse(ReadResult result)
    {
        if (result.Reading is not { } reading)
        {
            return result.Look;
        }

        bool isInBook = book.Find(reading.Id) is { } channel
            ? channel.Chain?.Freshness == ReadingFreshness.Fresh
            : book.TryFindForeign(reading.Id, out _);
        return isInBook ? result.Look : Accept(reading);
    }

    private Round RoundAt(ChainBlock target)
    {
        lock (_lock)
        {
            if (_round.Target != target.Hash)
            {
                _round = new Round(target.Hash);
            }

            return _round;
        }
    }

    /// <summary>All looks at one block: those that wait for the budget, and those that read or have read.</summary>
    private sealed class Round(Bytes32 target)
    {
        public Bytes32 Target => target;

        public ConcurrentDictionary<ChannelId, Task<ReadResult>> Reads { get; } = new();

        public ConcurrentDictionary<(ChannelId Id, ReadPriority Priority), Lazy<Task<ChannelReadResult>>> Asks { get; } = new();
    }

    private readonly record struct ReadResult(ChannelReadResult Look, ChannelReading? Reading);
}
