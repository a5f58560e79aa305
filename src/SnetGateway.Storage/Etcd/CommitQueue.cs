using Etcdserverpb;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Journal;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Where commits wait for each other (group commit): while one batch is on its way the next gathers. Two may be on their way, never with a record
/// in common, and the second only with company. Every commit ends within the limit.
/// </summary>
internal sealed class CommitQueue : IAsyncDisposable
{
    private const int MaxOnTheirWay = 2;
    private const int SecondFrom = 16;
    private const int MaxFormatChanges = 3;

    private readonly EtcdClient _client;
    private readonly EtcdKeys _keys;
    private readonly EtcdFormat _format;
    private readonly TimeSpan _limit;
    private readonly TimeSpan _sweepPeriod;
    private readonly int _maxQueued;
    private readonly LocalJournal? _journal;
    private readonly StorageMetrics? _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeper;
    private readonly Lock _lock = new();
    private readonly List<PendingCommit> _waiting = [];
    private readonly List<CommitBatch> _onTheirWay = [];
    private readonly HashSet<RecordKey> _busy = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;
    private int _failing;

    public CommitQueue(
        EtcdClient client,
        EtcdKeys keys,
        EtcdFormat format,
        LocalJournal? journal,
        LedgerOptions options,
        StorageMetrics? metrics,
        ILogger logger,
        TimeProvider time)
    {
        (_client, _keys, _format, _journal, _metrics, _logger, _time) = (client, keys, format, journal, metrics, logger, time);
        (_limit, _maxQueued) = (options.CommitTimeout, options.MaxQueued);
        _sweepPeriod = TimeSpan.FromTicks(Math.Min(_limit.Ticks / 10, TimeSpan.TicksPerSecond / 2));
        _sweeper = time.CreateTimer(static line => ((CommitQueue)line!).Sweep(), this, _sweepPeriod, _sweepPeriod);
    }

    public ValueTask<CommitResult> Commit(ReadOnlyMemory<RecordWrite> writes)
    {
        var commit = new PendingCommit(writes, _time.GetTimestamp());
        CommitBatch? batch;
        lock (_lock)
        {
            if (_closed || _waiting.Count >= _maxQueued)
            {
                return new(new CommitResult(CommitOutcome.NotWritten, 0));
            }

            _waiting.Add(commit);
            batch = NextBatch();
        }

        if (batch is not null)
        {
            _ = RunAsync(batch);
        }

        return new(_metrics is { WantsDurations: true } ? MeasuredAsync(commit, _metrics) : commit.Task);
    }

    /// <summary>Refuses what waits, and returns when what is on its way has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        PendingCommit[] waiting;
        lock (_lock)
        {
            _closed = true;
            waiting = [.. _waiting];
            _waiting.Clear();
            if (_onTheirWay.Count == 0)
            {
                _drained.TrySetResult();
            }
        }

        foreach (PendingCommit commit in waiting)
        {
            commit.End(CommitOutcome.NotWritten);
        }

        await _drained.Task;
        await _sweeper.DisposeAsync();
    }

    private async Task<CommitResult> MeasuredAsync(PendingCommit commit, StorageMetrics metrics)
    {
        CommitResult result = await commit.Task;
        metrics.Commit(result.Outcome, _time.GetElapsedTime(commit.AskedAt));
        return result;
    }

    /// <summary>Under the lock: what is to be sent now, if anything.</summary>
    private CommitBatch? NextBatch()
    {
        if (_waiting.Count == 0 || _onTheirWay.Count >= MaxOnTheirWay || (_onTheirWay.Count > 0 && _waiting.Count < SecondFrom))
        {
            return null;
        }

        // What has waited long gets no attempt that could not end in time: it is refused, certainly unwritten, at the next look.
        long tooLate = Before(_limit * 3 / 4);
        var batch = new CommitBatch();
        int kept = 0;
        for (int i = 0; i < _waiting.Count; i++)
        {
            if (batch.IsFull || _waiting[i].AskedAt < tooLate || !batch.TryAdd(_waiting[i], _busy))
            {
                _waiting[kept++] = _waiting[i];
            }
        }

        _waiting.RemoveRange(kept, _waiting.Count - kept);
        if (batch.Commits.Count == 0)
        {
            return null;
        }

        _onTheirWay.Add(batch);
        return batch;
    }

    /// <summary>Sends one batch after the other until nothing waits that may go. Never fails.</summary>
    private async Task RunAsync(CommitBatch first)
    {
        for (CommitBatch? batch = first; batch is not null;)
        {
            CommitBatch sent = batch;
            (TxnResponse? response, CommitOutcome otherwise) = await SendAsync(sent);
            CommitBatch? second;
            lock (_lock)
            {
                // Before anybody is told: then the memory of a key is its caller's again.
                foreach (PendingCommit commit in sent.Commits)
                {
                    foreach (ref readonly RecordWrite write in commit.Writes.Span)
                    {
                        _busy.Remove(write.Key);
                    }
                }

                _onTheirWay.Remove(sent);
                batch = NextBatch();
                second = batch is null ? null : NextBatch();
                if (_closed && _onTheirWay.Count == 0)
                {
                    _drained.TrySetResult();
                }
            }

            if (second is not null)
            {
                _ = RunAsync(second);
            }

            End(sent, response, otherwise);
        }
    }

    private void End(CommitBatch batch, TxnResponse? response, CommitOutcome otherwise)
    {
        for (int i = 0; i < batch.Commits.Count; i++)
        {
            if (response is null)
            {
                batch.Commits[i].End(otherwise);
            }
            else if (response.Responses[i].ResponseTxn.Succeeded)
            {
                _journal?.Append(batch.Commits[i].Writes.Span); // while the memory is still lent
                batch.Commits[i].End(CommitOutcome.Committed, response.Header.Revision);
            }
            else
            {
                batch.Commits[i].End(CommitOutcome.Conflict);
            }
        }
    }

    /// <returns>etcd's answer, or what is known without one.</returns>
    private async Task<(TxnResponse? Response, CommitOutcome Otherwise)> SendAsync(CommitBatch batch)
    {
        try
        {
            _metrics?.Batch(batch.Commits.Count);
            await KeepAsync(batch);
            for (int attempt = 0; ; attempt++)
            {
                // Before the clock says "unknown" of what may certainly not be written.
                TimeSpan left = _limit - (2 * _sweepPeriod) - _time.GetElapsedTime(batch.OldestAskedAt);
                long format = await EnsureFormatAsync(left);
                TxnResponse response = await _client.TxnAsync(batch.ToRequest(_keys, format), mayRepeat: false, left, CancellationToken.None);
                if (response.Succeeded)
                {
                    if (!batch.IsAnsweredBy(response))
                    {
                        return (null, Failed(batch, CommitOutcome.Unknown, "the answer has not one part for each write"));
                    }

                    Works();
                    return (response, default);
                }

                // Nothing of it was written. Whoever changed the key may have left us in it.
                _format.Forget(format);
                _format.Take(response.Responses[0].ResponseRange);
                if (attempt >= MaxFormatChanges)
                {
                    return (null, CommitOutcome.NotWritten);
                }
            }
        }
        catch (EtcdException exception)
        {
            return (null, Failed(batch, exception.MayBeDone ? CommitOutcome.Unknown : CommitOutcome.NotWritten, exception.Message));
        }
        catch (Exception exception) when (exception is LedgerFormatException or StoreUnavailableException)
        {
            return (null, Failed(batch, CommitOutcome.NotWritten, exception.Message));
        }
        catch (Exception exception)
        {
            return (null, Failed(batch, CommitOutcome.Unknown, exception.ToString()));
        }
    }

    private ValueTask KeepAsync(CommitBatch batch)
    {
        long kept = 0;
        foreach (PendingCommit commit in batch.Commits)
        {
            kept = Math.Max(kept, _journal?.Keep(commit.Writes.Span) ?? 0);
        }

        return kept == 0 ? default : _journal!.WrittenAsync(kept);
    }

    /// <summary>The format is only asked for: when that has no answer, nothing of the batch was sent.</summary>
    private async ValueTask<long> EnsureFormatAsync(TimeSpan limit)
    {
        try
        {
            return await _format.EnsureAsync(limit, CancellationToken.None);
        }
        catch (EtcdException exception)
        {
            throw new StoreUnavailableException(exception.Message, exception);
        }
    }

    private CommitOutcome Failed(CommitBatch batch, CommitOutcome outcome, string error)
    {
        if (outcome == CommitOutcome.Unknown)
        {
            _logger.EtcdOutcomeUnknown(batch.Commits.Count, error);
        }
        else if (Interlocked.Exchange(ref _failing, 1) == 0)
        {
            _logger.EtcdTakesNoWrites(error);
        }

        return outcome;
    }

    private void Works()
    {
        if (Volatile.Read(ref _failing) != 0 && Interlocked.Exchange(ref _failing, 0) != 0)
        {
            _logger.EtcdWritesAgain();
        }
    }

    /// <summary>The timestamp of so long ago.</summary>
    private long Before(TimeSpan span) => _time.GetTimestamp() - (long)(span.TotalSeconds * _time.TimestampFrequency);

    /// <summary>
    /// Ends what would be over the limit at the next look: what was not sent is certainly unwritten, of the rest nobody knows.
    /// </summary>
    private void Sweep()
    {
        long limit = Before(_limit - _sweepPeriod);
        List<PendingCommit>? unsent = null, unknown = null;
        lock (_lock)
        {
            foreach (PendingCommit commit in _waiting)
            {
                if (commit.AskedAt <= limit)
                {
                    (unsent ??= []).Add(commit);
                }
            }

            if (unsent is not null)
            {
                _waiting.RemoveAll(commit => commit.AskedAt <= limit);
            }

            foreach (CommitBatch batch in _onTheirWay)
            {
                foreach (PendingCommit commit in batch.Commits)
                {
                    if (commit.AskedAt <= limit)
                    {
                        (unknown ??= []).Add(commit);
                    }
                }
            }
        }

        unsent?.ForEach(static commit => commit.End(CommitOutcome.NotWritten));
        unknown?.ForEach(static commit => commit.End(CommitOutcome.Unknown));
    }
}
