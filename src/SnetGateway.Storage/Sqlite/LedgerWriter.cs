using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using static SQLitePCL.raw;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// The one thread that writes. It executes all waiting requests in one transaction, syncs once, and then completes each request. The next
/// batch gathers during the sync.
/// </summary>
internal sealed class LedgerWriter
{
    private const int MaxBatch = 512;

    /// <summary>
    /// At this size the log moves into the file even under load. It bounds the size of the log, the work of the next startup, and how long
    /// calls wait for one move.
    /// </summary>
    private const int MaxWalPages = 2048;

    /// <summary>A shorter log stays where it is while nothing is written: moving it would be most of what an idle gateway writes.</summary>
    private const int MinIdleWalPages = 64;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    private readonly RequestQueue _queue;
    private readonly Func<bool, LedgerTables> _open;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly FailureLog _failures;
    private readonly int _maxWaiting;
    private readonly CommitRequest[] _batch = new CommitRequest[MaxBatch];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LedgerTables? _tables;
    private long _allocatedRevisions;
    private int _waiting;
    private long _commits;
    private long _refused;
    private string _reason = "";
    private TimeSpan _pause = s_firstPause;
    private long _nextTry;
    private long _nextSpaceAttempt;
    private int _isIdle;

    /// <summary>Opens the file and starts the thread. <paramref name="open"/> is passed whether it may create the file.</summary>
    public LedgerWriter(
        RequestQueue queue, Func<bool, LedgerTables> open, int maxWaiting, StorageMetrics metrics, ILogger logger, TimeProvider time)
    {
        (_queue, _open, _maxWaiting, _metrics, _logger, _time) = (queue, open, maxWaiting, metrics, logger, time);
        _failures = new FailureLog(logger.NotWritable, () => logger.Writable(_refused));
        _tables = open(true);
        _allocatedRevisions = _tables.AllocatedRevisions;
        new Thread(Run) { IsBackground = true, Name = "ledger writer" }.Start();
    }

    /// <summary>Completes when the queue is closed, all requests have ended and the file is closed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Number of commits so far, for detecting idle times.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Queues a request. False when the queue is full or closed.</summary>
    public bool TryAdd(StoreRequest request)
    {
        if (Interlocked.Increment(ref _waiting) <= _maxWaiting && _queue.TryAdd(request))
        {
            return true;
        }

        Interlocked.Decrement(ref _waiting);
        return false;
    }

    /// <summary>Call after a while without commits: a good time to move the log into the file.</summary>
    public void NotifyIdle()
    {
        Volatile.Write(ref _isIdle, 1);
        _queue.WakeWriter();
    }

    private void Run()
    {
        StoreRequest? waiting = null;
        while (true)
        {
            waiting ??= _queue.TakeAll();
            if (waiting is not null)
            {
                Serve(ref waiting);
            }
            else if (_queue.IsClosed)
            {
                break;
            }
            else
            {
                if (Interlocked.Exchange(ref _isIdle, 0) != 0 && _tables is { WalPages: >= MinIdleWalPages })
                {
                    Checkpoint();
                }

                _queue.Sleep();

                // Woken by the first request. Other callers that can run now queue theirs within the same moment, and one sync serves them
                // all.
                Thread.Yield();
            }
        }

        _tables?.Dispose(); // SQLite then moves the log into the file and deletes it
        _ended.SetResult();
    }

    private void Serve(ref StoreRequest? waiting)
    {
        bool isOpen = _tables is not null || TryReopen();
        int count = 0;
        int taken = 0;
        while (waiting is not null && count < MaxBatch)
        {
            StoreRequest request = waiting;
            waiting = request.Next;
            request.Next = null;
            taken++;
            if (!request.TryTake())
            {
                (request as CommitRequest)?.Release();
            }
            else if (!isOpen)
            {
                Refuse(request);
            }
            else if (request is CommitRequest commit)
            {
                _batch[count++] = commit;
            }
            else
            {
                Read((ReadRequest)request);
                isOpen = _tables is not null;
            }
        }

        if (count > 0)
        {
            Span<CommitRequest> batch = _batch.AsSpan(0, count);
            if (isOpen)
            {
                Write(batch);
            }
            else
            {
                End(batch, CommitOutcome.NotWritten);
            }

            batch.Clear();
        }

        Interlocked.Add(ref _waiting, -taken);
    }

    private void Write(Span<CommitRequest> batch)
    {
        LedgerTables tables = _tables!;
        try
        {
            tables.Begin();
            foreach (CommitRequest request in batch)
            {
                request.Decision =
                    !request.IsWanted ? new CommitResult(CommitOutcome.NotWritten, 0) // already reported as unknown: better not written
                    : request.Writes.IsEmpty ? tables.Probe()
                    : tables.Apply(request.Writes.Span);
            }
        }
        catch (SqliteException exception)
        {
            // Nothing is durable before the commit, so any error leaves nothing written.
            RollBack(exception);
            End(batch, CommitOutcome.NotWritten);
            FreeSpace(exception);
            return;
        }

        try
        {
            tables.Commit();
        }
        catch (SqliteException exception)
        {
            bool isRolledBack = RollBack(exception);
            if (!isRolledBack)
            {
                _logger.OutcomeUnknown(batch.Length, exception.Message);
            }

            End(batch, isRolledBack ? CommitOutcome.NotWritten : CommitOutcome.Unknown);
            FreeSpace(exception);
            return;
        }

        _allocatedRevisions = tables.AllocatedRevisions;
        Volatile.Write(ref _commits, _commits + batch.Length);
        _failures.Succeeded();
        _refused = 0;

        foreach (CommitRequest request in batch)
        {
            End(request, request.Decision);
        }

        _metrics.Batch(batch.Length);
        if (tables.WalPages >= MaxWalPages)
        {
            Checkpoint();
        }
    }

    /// <summary>
    /// Undoes the transaction. True when it is certainly undone and the connection is usable: after a full disk, because the page that
    /// completes a commit is written last and before the sync, and when the commit did not even begin. After any other error, above all a
    /// failed sync, the transaction may be on the disk, and the file is reopened.
    /// </summary>
    private bool RollBack(SqliteException exception)
    {
        _failures.Failed(exception.Message);

        try
        {
            if (!_tables!.IsIdle)
            {
                _tables.Rollback();
            }
        }
        catch (SqliteException)
        {
            // What counts is whether the transaction is gone.
        }

        if (_tables!.IsIdle && exception.SqliteErrorCode is SQLITE_FULL or SQLITE_BUSY)
        {
            return true;
        }

        CloseConnection(exception.Message);
        return false;
    }

    /// <summary>On a full disk the log's pages may still fit into the file. The log then starts again in the space that it has.</summary>
    private void FreeSpace(SqliteException exception)
    {
        if (exception.SqliteErrorCode == SQLITE_FULL && _tables is { WalPages: > 0 } && _time.GetTimestamp() >= _nextSpaceAttempt)
        {
            _nextSpaceAttempt = After(s_longestPause);
            Checkpoint();
        }
    }

    private void Read(ReadRequest request)
    {
        try
        {
            request.End(_tables!.Read(request.Key));
        }
        catch (SqliteException exception)
        {
            request.Refuse(exception.Message);
            CloseConnection(exception.Message);
        }
    }

    private void Checkpoint()
    {
        try
        {
            _tables!.Checkpoint();
        }
        catch (SqliteException exception)
        {
            _logger.CheckpointFailed(exception.Message);
            if (exception.SqliteErrorCode != SQLITE_FULL)
            {
                CloseConnection(exception.Message);
            }
        }
    }

    /// <summary>
    /// The file is reopened before its next use: after a failed sync, nothing read through this connection can be trusted.
    /// </summary>
    private void CloseConnection(string reason)
    {
        _tables?.Dispose();
        _tables = null;
        _reason = reason;
        _pause = s_firstPause;
        _nextTry = _time.GetTimestamp();
    }

    private bool TryReopen()
    {
        if (_time.GetTimestamp() < _nextTry)
        {
            return false;
        }

        try
        {
            LedgerTables tables = _open(false);
            if (tables.AllocatedRevisions >= _allocatedRevisions)
            {
                _tables = tables;
                return true;
            }

            tables.Dispose();
            _reason = "the file was replaced by another or an older ledger";
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException
            or LedgerFormatException)
        {
            _reason = exception.Message;
        }

        _failures.Failed(_reason);
        _logger.ReopenFailed(_reason, _pause);
        _nextTry = After(_pause);
        _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, s_longestPause.Ticks));
        return false;
    }

    private void Refuse(StoreRequest request)
    {
        if (request is CommitRequest commit)
        {
            _refused++;
            End(commit, new CommitResult(CommitOutcome.NotWritten, 0));
        }
        else
        {
            request.Refuse(_reason);
        }
    }

    private void End(Span<CommitRequest> batch, CommitOutcome outcome)
    {
        _refused += batch.Length;
        foreach (CommitRequest request in batch)
        {
            // A conflict stays a conflict: that commit wrote nothing, independently of the others.
            bool isConflict = outcome == CommitOutcome.Unknown && request.Decision.Outcome == CommitOutcome.Conflict;
            End(request, isConflict ? request.Decision : new CommitResult(outcome, 0));
        }
    }

    private void End(CommitRequest request, CommitResult result)
    {
        if (_metrics.WantsDurations)
        {
            _metrics.Commit(result.Outcome, _time.GetElapsedTime(request.StartedAt));
        }

        request.TryEnd(result);
        request.Release();
    }

    private long After(TimeSpan pause) => _time.GetTimestamp() + _time.ToTimestamps(pause);
}
