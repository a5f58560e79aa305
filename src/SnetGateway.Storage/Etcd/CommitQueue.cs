using Etcdserverpb;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Journal;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Group commit: while one batch is in flight, the next one gathers. At most two batches are in flight, never with a record in common, and
/// the second is sent only when it is large enough to be worth it. Every commit ends within the time limit.
/// </summary>
internal sealed class CommitQueue : IAsyncDisposable
{
    private const int MaxInFlight = 2;
    private const int SecondBatchFrom = 16;
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
    private readonly FailureLog _failures;
    private readonly ITimer _sweeper;
    private bool _isSweeping;
    private readonly Lock _lock = new();
    private readonly List<PendingCommit> _waiting = [];
    private readonly List<CommitBatch> _inFlight = [];
    private readonly HashSet<RecordKey> _busy = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;

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
        _failures = new FailureLog(logger.EtcdNotWritable, logger.EtcdWritable);
        _sweepPeriod = StoreLimits.SweepPeriod(_limit);
        _sweeper = time.CreateTimer(
            static queue => ((CommitQueue)queue!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
            if (!_isSweeping)
            {
                _isSweeping = _sweeper.Change(_sweepPeriod, _sweepPeriod);
            }

            batch = NextBatch();
        }

        if (batch is not null)
        {
            _ = RunAsync(batch);
        }

        return new(_metrics is { WantsDurations: true } ? MeasuredAsync(commit, _metrics) : commit.Task);
    }

    /// <summary>Rejects the commits that are still queued, and returns when all batches in flight have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        PendingCommit[] waiting;
        lock (_lock)
        {
            _closed = true;
            waiting = [.. _waiting];
            _waiting.Clear();
            if (_inFlight.Count == 0)
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
        metrics.Commit(result.Outcome, _time.GetElapsedTime(commit.StartedAt));
        return result;
    }

    /// <summary>The next batch to send, or null. The caller holds the lock.</summary>
    private CommitBatch? NextBatch()
    {
        if (_waiting.Count == 0 || _inFlight.Count >= MaxInFlight || (_inFlight.Count > 0 && _waiting.Count < SecondBatchFrom))
        {
            return null;
        }

        // A commit that has used most of its time is not sent: it could not end in time. The next sweep ends it as not written.
        long tooLate = Before(_limit * 3 / 4);
        var batch = new CommitBatch();
        int kept = 0;
        for (int i = 0; i < _waiting.Count; i++)
        {
            if (batch.IsFull || _waiting[i].StartedAt < tooLate || !batch.TryAdd(_waiting[i], _busy))
            {
                _waiting[kept++] = _waiting[i];
            }
        }

        _waiting.RemoveRange(kept, _waiting.Count - kept);
        if (batch.Commits.Count == 0)
        {
            return null;
        }

        _inFlight.Add(batch);
        return batch;
    }

    /// <summary>Sends batches until no commit is waiting that may be sent. Does not throw.</summary>
    private async Task RunAsync(CommitBatch first)
    {
        for (CommitBatch? batch = first; batch is not null;)
        {
            CommitBatch sent = batch;
            (TxnResponse? response, CommitOutcome otherwise) = await SendAsync(sent);
            CommitBatch? second;
            lock (_lock)
            {
                // Before any caller continues: from then on the memory of its keys is the caller's again.
                foreach (PendingCommit commit in sent.Commits)
                {
                    foreach (ref readonly RecordWrite write in commit.Writes.Span)
                    {
                        _busy.Remove(write.Key);
                    }
                }

                _inFlight.Remove(sent);
                batch = NextBatch();
                second = batch is null ? null : NextBatch();
                if (_closed && _inFlight.Count == 0)
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
            PendingCommit commit = batch.Commits[i];
            CommitResult result = response is null ? new CommitResult(otherwise, 0) : batch.ResultOf(i, response);
            if (result.Outcome == CommitOutcome.Committed)
            {
                _journal?.Append(commit.Writes.Span); // before End, while the caller still lends the memory
            }

            commit.End(result.Outcome, result.Revision);
        }
    }

    /// <returns>etcd's response, or the outcome when there is none.</returns>
    private async Task<(TxnResponse? Response, CommitOutcome Otherwise)> SendAsync(CommitBatch batch)
    {
        try
        {
            _metrics?.Batch(batch.Commits.Count);
            await WaitForJournalAsync(batch);
            for (int attempt = 0; ; attempt++)
            {
                // Ends before the sweep would report an unknown outcome for a batch that may certainly not be written.
                TimeSpan left = _limit - (2 * _sweepPeriod) - _time.GetElapsedTime(batch.OldestStartedAt);
                long format = await EnsureFormatAsync(left);
                TxnResponse response =
                    await _client.TxnAsync(batch.ToRequest(_keys, format), mayRepeat: false, left, CancellationToken.None);
                if (response.Succeeded)
                {
                    if (!batch.IsCompleteResponse(response))
                    {
                        return (null, Failed(batch, CommitOutcome.Unknown, "the response does not have one part for each commit"));
                    }

                    _failures.Succeeded();
                    return (response, default);
                }

                // Nothing of the batch was written. The changed format key may still allow this version to write, so it is read and the
                // batch sent again.
                _format.Forget(format);
                _format.Accept(response.Responses[0].ResponseRange);
                if (attempt >= MaxFormatChanges)
                {
                    return (null, CommitOutcome.NotWritten);
                }
            }
        }
        catch (EtcdException exception) when (exception.Kind == EtcdFailureKind.NoSpace)
        {
            return await ReadBackAsync(batch, exception.Message);
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

    /// <summary>Reads what a full etcd has written of a batch.</summary>
    private async Task<(TxnResponse? Response, CommitOutcome Otherwise)> ReadBackAsync(CommitBatch batch, string error)
    {
        _failures.Failed(error);
        try
        {
            TimeSpan left = _limit - (2 * _sweepPeriod) - _time.GetElapsedTime(batch.OldestStartedAt);
            TxnResponse found = await _client.TxnAsync(batch.ToRead(_keys), mayRepeat: true, left, CancellationToken.None);
            return found.Responses.Count == batch.Commits.Count ? (found, default) : (null, CommitOutcome.Unknown);
        }
        catch (EtcdException exception)
        {
            return (null, Failed(batch, CommitOutcome.Unknown, exception.Message));
        }
    }

    private ValueTask WaitForJournalAsync(CommitBatch batch)
    {
        long kept = 0;
        foreach (PendingCommit commit in batch.Commits)
        {
            kept = Math.Max(kept, _journal?.KeepReplaced(commit.Writes.Span) ?? 0);
        }

        return kept == 0 ? default : _journal!.WrittenAsync(kept);
    }

    /// <summary>Only reads the format key: when that fails, nothing of the batch was sent.</summary>
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
        else
        {
            _failures.Failed(error);
        }

        return outcome;
    }

    private long Before(TimeSpan span) => _time.GetTimestamp() - _time.ToTimestamps(span);

    /// <summary>
    /// Ends the commits that would exceed the limit before the next sweep. Queued ones are certainly not written; the outcome of those in
    /// flight is unknown. Runs only while there are any.
    /// </summary>
    private void Sweep()
    {
        long limit = Before(_limit - _sweepPeriod);
        List<PendingCommit>? unsent = null, unknown = null;
        lock (_lock)
        {
            foreach (PendingCommit commit in _waiting)
            {
                if (commit.StartedAt <= limit)
                {
                    (unsent ??= []).Add(commit);
                }
            }

            if (unsent is not null)
            {
                _waiting.RemoveAll(commit => commit.StartedAt <= limit);
            }

            if (_waiting.Count == 0 && _inFlight.Count == 0)
            {
                _isSweeping = false;
                _sweeper.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            foreach (CommitBatch batch in _inFlight)
            {
                foreach (PendingCommit commit in batch.Commits)
                {
                    if (commit.StartedAt <= limit)
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
