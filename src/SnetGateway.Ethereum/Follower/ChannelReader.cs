using System.Collections.Concurrent;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Reads channels, within the budget and in batches. Concurrent reads of one channel share one, and a channel is read at most once per
/// block (rule 10).
/// </summary>
internal sealed class ChannelReader
{
    private readonly Lock _lock = new();
    private readonly EthereumClient _client;
    private readonly ChainOptions _options;
    private readonly ChannelBook _book;
    private readonly HeadReader _heads;
    private readonly ReadBudget _budget;
    private readonly ReadQueue _queue;
    private readonly LogFollower _logs;
    private readonly ReorganisedChannels _reorganised;
    private readonly ChainMetrics _metrics;
    private readonly CancellationToken _stopping;
    private Round _round = new(default);

    public ChannelReader(
        EthereumClient client,
        ChainOptions options,
        ChannelBook book,
        HeadReader heads,
        LogFollower logs,
        ReorganisedChannels reorganised,
        ChainMetrics metrics,
        TimeProvider time,
        CancellationToken stopping)
    {
        _client = client;
        _options = options;
        _book = book;
        _heads = heads;
        _logs = logs;
        _reorganised = reorganised;
        _metrics = metrics;
        _stopping = stopping;
        _budget = new ReadBudget(options.ReadsPerSecond, time);
        _queue = new ReadQueue(_budget, options.MaxWaitingReads, time, ReadQueuedAsync, stopping);
    }

    /// <summary>Reads that wait for a request now.</summary>
    public int Waiting => _queue.Waiting;

    /// <summary>Reads a channel for a call. Throws only when it is cancelled.</summary>
    public async ValueTask<ChannelReadResult> ReadChannelAsync(ChannelId id, ReadPriority priority, CancellationToken cancellationToken)
    {
        if (_book.Find(id) is null && _book.TryFindForeign(id, out _))
        {
            return ChannelReadResult.Foreign;
        }

        if (await _heads.RefreshAsync(cancellationToken) != HeadReadResult.Read || _heads.View is not { } view)
        {
            return ChannelReadResult.Unreachable;
        }

        if (id.Value >= view.NextChannelId)
        {
            _reorganised.Resolve(id, null);
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
            static (key, state) => new Lazy<Task<ChannelReadResult>>(() => state.Reader.EnqueueAsync(state.Round, key.Id, key.Priority)),
            (Reader: this, Round: round)).Value;
        return await request.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Reads channels again that no call waits for, in one request of the spare budget. False when there is none, or no endpoint responds.
    /// </summary>
    public async ValueTask<bool> TryReadInBackgroundAsync(IReadOnlyList<ChannelId> ids, CancellationToken cancellationToken)
    {
        if (_heads.View is not { } view || !_budget.TryTakeSpare())
        {
            return false;
        }

        ReadResult[] results = await ReadAsync(ids, view.Target, ReadPriority.KnownParty, out bool isNew).WaitAsync(cancellationToken);
        if (!isNew)
        {
            _budget.Return(ReadPriority.KnownParty);
        }

        return results.All(result => Reuse(result) != ChannelReadResult.Unreachable);
    }

    private async Task<ChannelReadResult> EnqueueAsync(Round round, ChannelId id, ReadPriority priority)
    {
        ChannelReadResult result = await _queue.ReadAsync(id, priority);
        round.Requests.TryRemove((id, priority), out _);
        if (result == ChannelReadResult.NoBudget)
        {
            _metrics.BudgetRefused(priority == ReadPriority.KnownParty);
        }

        return result;
    }

    /// <summary>Reads what has waited, at the newest block.</summary>
    private async Task ReadQueuedAsync(IReadOnlyList<QueuedRead> batch, ReadPriority priority)
    {
        ReadResult[] results = await ReadAsync([.. batch.Select(read => read.Id)], _heads.View!.Target, priority, out bool isNew);
        if (!isNew)
        {
            _budget.Return(priority);
        }

        for (int i = 0; i < results.Length; i++)
        {
            batch[i].Complete(Reuse(results[i]));
        }
    }

    /// <summary>Reads those channels that are not being read at this block yet. Never throws.</summary>
    private Task<ReadResult[]> ReadAsync(IReadOnlyList<ChannelId> ids, ChainBlock target, ReadPriority priority, out bool isNew)
    {
        Round round = RoundAt(target);
        var own = new List<(ChannelId Id, TaskCompletionSource<ReadResult> Result)>();
        var all = new Task<ReadResult>[ids.Count];
        for (int i = 0; i < ids.Count; i++)
        {
            var result = new TaskCompletionSource<ReadResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            all[i] = round.Reads.GetOrAdd(ids[i], result.Task);
            if (all[i] == result.Task)
            {
                own.Add((ids[i], result));
            }
        }

        isNew = own.Count > 0;
        if (isNew)
        {
            _ = CompleteAsync(round, own, target, priority);
        }

        return Task.WhenAll(all);
    }

    private async Task CompleteAsync(
        Round round, List<(ChannelId Id, TaskCompletionSource<ReadResult> Result)> reads, ChainBlock target, ReadPriority priority)
    {
        List<ChannelReading?>? readings = null;
        try
        {
            readings = await RequestAsync([.. reads.Select(read => read.Id)], target, priority);
        }
        catch (Exception exception) when (exception is EndpointException or JsonRpcErrorException or OperationCanceledException)
        {
            // No endpoint has the data; the next call may try again.
        }
        finally
        {
            for (int i = 0; i < reads.Count; i++)
            {
                (ChannelId id, TaskCompletionSource<ReadResult> result) = reads[i];
                if (readings is null)
                {
                    round.Reads.TryRemove(id, out _);
                    result.SetResult(new ReadResult(ChannelReadResult.Unreachable, null));
                }
                else if (readings[i] is { } reading)
                {
                    result.SetResult(new ReadResult(Accept(reading), reading));
                }
                else
                {
                    _reorganised.Resolve(id, null);
                    result.SetResult(new ReadResult(ChannelReadResult.NotFound, null));
                }
            }
        }
    }

    private ValueTask<List<ChannelReading?>> RequestAsync(IReadOnlyList<ChannelId> ids, ChainBlock target, ReadPriority priority) =>
        _client.QueryAsync(
            (endpoint, cancellationToken) =>
                endpoint.ChannelsAsync(_options.Escrow, ids, target, () => _budget.Charge(priority), cancellationToken),
            _stopping);

    private ChannelReadResult Accept(ChannelReading reading)
    {
        bool isOurs = _book.Learn(reading, afterReorganisation: _reorganised.Contains(reading.Id));
        _reorganised.Resolve(reading.Id, reading);
        _logs.CheckAgainstEvents(reading.Id, reading.Block);
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

        bool isInBook = _book.Find(reading.Id) is { } channel
            ? channel.Chain?.Freshness == ReadingFreshness.Fresh
            : _book.TryFindForeign(reading.Id, out _);
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
