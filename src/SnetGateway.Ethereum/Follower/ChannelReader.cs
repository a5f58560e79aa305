using System.Collections.Concurrent;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Reads single channels, within the budget. Concurrent reads of one channel share one request, and a channel is read at most once per
/// block (rule 10).
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

    /// <summary>Reads a channel for a call. Throws only when it is cancelled.</summary>
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
            reorganised.Resolve(id, null);
            return ChannelReadResult.NotFound;
        }

        Round round = RoundAt(view.Target);
        if (round.Reads.TryGetValue(id, out Task<ReadResult>? reading))
        {
            return Reuse(await reading.WaitAsync(cancellationToken));
        }

        // Shared by all callers with this channel, block and priority. Cancelling one caller does not end the read for the others.
        Task<ChannelReadResult> request = round.Requests.GetOrAdd(
            (id, priority),
            static (key, state) => new Lazy<Task<ChannelReadResult>>(
                () => state.Reader.RequestAsync(state.Round, key.Id, key.Priority, state.Target)),
            (Reader: this, Round: round, view.Target)).Value;
        return await request.WaitAsync(cancellationToken);
    }

    /// <summary>Reads a channel after an event, with spare budget only. False when there is none, or no endpoint responds.</summary>
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

    private async Task<ChannelReadResult> RequestAsync(Round round, ChannelId id, ReadPriority priority, ChainBlock target)
    {
        ChannelReadResult result = ChannelReadResult.NoBudget;
        try
        {
            if (await budget.TakeAsync(priority, stopping))
            {
                result = Reuse(await StartRead(round, id, target, out bool isNew));
                if (!isNew)
                {
                    budget.Return(priority);
                }
            }
            else
            {
                metrics.BudgetRefused(priority == ReadPriority.KnownParty);
            }
        }
        catch (OperationCanceledException)
        {
            result = ChannelReadResult.Unreachable; // shutting down
        }
        finally
        {
            round.Requests.TryRemove((id, priority), out _);
        }

        return result;
    }

    private Task<ReadResult> StartRead(Round round, ChannelId id, ChainBlock target, out bool isNew)
    {
        var own = new TaskCompletionSource<ReadResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<ReadResult> reading = round.Reads.GetOrAdd(id, own.Task);
        isNew = reading == own.Task;
        if (isNew)
        {
            _ = CompleteAsync(round, id, target, own);
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
            // No endpoint has the data; the next call may try again.
        }
        finally
        {
            if (done.Result == ChannelReadResult.Unreachable)
            {
                round.Reads.TryRemove(id, out _);
            }

            result.SetResult(done);
        }
    }

    private async ValueTask<ReadResult> ReadAsync(ChannelId id, ChainBlock target)
    {
        ChannelReading? reading = await client.QueryAsync(
            async (endpoint, cancellationToken) =>
            {
                byte[] output = await endpoint.CallAsync(escrow, EscrowCalls.Channels(id), target.Hash, cancellationToken);
                return EscrowCalls.TryReadChannel(output, id, target, out ChannelReading? read)
                    ? read
                    : throw EthereumQueries.Malformed("channels(uint256)");
            },
            stopping);
        if (reading is null)
        {
            reorganised.Resolve(id, null);
            return new ReadResult(ChannelReadResult.NotFound, null);
        }

        return new ReadResult(Accept(reading), reading);
    }

    private ChannelReadResult Accept(ChannelReading reading)
    {
        bool isOurs = book.Learn(reading, afterReorganisation: reorganised.Contains(reading.Id));
        reorganised.Resolve(reading.Id, reading);
        logs.CheckAgainstEvents(reading.Id, reading.Block);
        return isOurs ? ChannelReadResult.Found : ChannelReadResult.Foreign;
    }

    /// <summary>
    /// A reading at the same block is still valid. But since then the channel may have been marked as outdated by events that the reading
    /// already includes, or removed from the book by a configuration change. Then the reading is accepted again.
    /// </summary>
    private ChannelReadResult Reuse(ReadResult result)
    {
        if (result.Reading is not { } reading)
        {
            return result.Result;
        }

        bool isInBook = book.Find(reading.Id) is { } channel
            ? channel.Chain?.Freshness == ReadingFreshness.Fresh
            : book.TryFindForeign(reading.Id, out _);
        return isInBook ? result.Result : Accept(reading);
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

    /// <summary>All reads at one block: those that wait for the budget, and those in flight or completed.</summary>
    private sealed class Round(Bytes32 target)
    {
        public Bytes32 Target => target;

        public ConcurrentDictionary<ChannelId, Task<ReadResult>> Reads { get; } = new();

        public ConcurrentDictionary<(ChannelId Id, ReadPriority Priority), Lazy<Task<ChannelReadResult>>> Requests { get; } = new();
    }

    private readonly record struct ReadResult(ChannelReadResult Result, ChannelReading? Reading);
}
