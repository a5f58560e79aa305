using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using static SQLitePCL.raw;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// The one thread that writes: takes all requests that wait into one transaction, syncs once, and tells each its outcome. While it syncs, the
/// next batch gathers.
/// </summary>
internal sealed class LedgerWriter
{
    private const int MaxBatch = 512;

    /// <summary>
    /// At so many pages the log moves into the file, even under load: bounds its size, what the next start has to read, and how long calls wait
    /// for one move.
    /// </summary>
    private const int MaxWalPages = 2048;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly RequestQueue _queue;
    private readonly Func<bool, LedgerTables> _open;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly int _maxWaiting;
    private readonly CommitRequest[] _batch = new CommitRequest[MaxBatch];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LedgerTables? _tables;
    private long _takenRevisions;
    private int _waiting;
    private long _commits;
    private bool _failing;
    private long _refused;
    private string _reason = "";
    private TimeSpan _pause = FirstPause;
    private long _nextTry;
    private long _nextRelief;
    private int _quiet;

    /// <summary>Opens the file, and begins to write. <paramref name="open"/> is told whether it may make the file.</summary>
    public LedgerWriter(
        RequestQueue queue, Func<bool, LedgerTables> open, int maxWaiting, StorageMetrics metrics, ILogger logger, TimeProvider time)
    {
        (_queue, _open, _maxWaiting, _metrics, _logger, _time) = (queue, open, maxWaiting, metrics, logger, time);
        _tables = open(true);
        _takenRevisions = _tables.TakenRevisions;
        new Thread(Run) { IsBackground = true, Name = "ledger writer" }.Start();
    }

    /// <summary>Ends when the queue was closed, all is done and the file is closed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Commits so far, to see quiet moments by.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Queues a request, unless the queue is full or closed.</summary>
    public bool TryAdd(StoreRequest request)
    {
        if (Interlocked.Increment(ref _waiting) <= _maxWaiting && _queue.TryAdd(request))
        {
            return true;
        }

        Interlocked.Decrement(ref _waiting);
        return false;
    }

    /// <summary>Nobody wrote for a while: a good moment to move the log into the file.</summary>
    public void Rest()
    {
        Volatile.Write(ref _quiet, 1);
        _queue.Poke();
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
                if (Interlocked.Exchange(ref _quiet, 0) != 0 && _tables is { WalPages: > 0 })
                {
                    Checkpoint();
                }

                _queue.Sleep();

                // The first request woke it. Whoever else could run now has theirs ready within the same moment, and one sync serves all of them.
                Thread.Yield();
            }
        }

        _tables?.Dispose(); // the last connection moves the log into the file and removes it
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
                    !request.IsWanted ? new CommitResult(CommitOutcome.NotWritten, 0) // told unknown meanwhile: better not written now
                    : request.Writes.IsEmpty ? tables.Probe()
                    : tables.Apply(request.Writes.Span);
            }
        }
        catch (SqliteException exception)
        {
            // Nothing counts before the commit, so nothing is written, whatever the error was.
            RollBack(exception);
            End(batch, CommitOutcome.NotWritten);
            Relieve(exception);
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
            Relieve(exception);
            return;
        }

        _takenRevisions = tables.TakenRevisions;
        Volatile.Write(ref _commits, _commits + batch.Length);
        if (_failing)
        {
            _failing = false;
            _logger.WritesAgain(_refused);
            _refused = 0;
        }

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
    /// Undoes the transaction. True when that is certain and the connection is sound: after a full disk, where the page that makes a commit count
    /// is written last and before the sync, and no room was left for all of it (a later transaction writes over the pieces); and when the commit
    /// did not even begin. After anything else, a failed sync above all, it may be on the disk, and the file is opened anew.
    /// </summary>
    private bool RollBack(SqliteException exception)
    {
        if (!_failing)
        {
            _failing = true;
            _logger.TakesNoWrites(exception.Message);
        }

        try
        {
            if (!_tables!.IsIdle)
            {
                _tables.Rollback();
            }
        }
        catch (SqliteException)
        {
            // Judged by whether the transaction is gone.
        }

        if (_tables!.IsIdle && exception.SqliteErrorCode is SQLITE_FULL or SQLITE_BUSY)
        {
            return true;
        }

        GiveUpConnection(exception.Message);
        return false;
    }

    /// <summary>On a full disk, what the log holds may still fit into the file; then the log begins anew in the room that it has.</summary>
    private void Relieve(SqliteException exception)
    {
        if (exception.SqliteErrorCode == SQLITE_FULL && _tables is { WalPages: > 0 } && _time.GetTimestamp() >= _nextRelief)
        {
            _nextRelief = After(LongestPause);
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
            GiveUpConnection(exception.Message);
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
                GiveUpConnection(exception.Message);
            }
        }
    }

    /// <summary>The file is opened anew before anything else is asked of it: after a failed sync nothing that is read through it can be trusted.</summary>
    private void GiveUpConnection(string reason)
    {
        _tables?.Dispose();
        _tables = null;
        _reason = reason;
        _pause = FirstPause;
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
            if (tables.TakenRevisions >= _takenRevisions)
            {
                _tables = tables;
                return true;
            }

            tables.Dispose();
            _reason = "another or an older ledger stands in the place of this one";
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException or LedgerFormatException)
        {
            _reason = exception.Message;
        }

        _failing = true;
        _logger.CannotReopen(_reason, _pause);
        _nextTry = After(_pause);
        _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
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
            // A conflict stays one: that attempt wrote nothing, whatever became of the others.
            bool isConflict = outcome == CommitOutcome.Unknown && request.Decision.Outcome == CommitOutcome.Conflict;
            End(request, isConflict ? request.Decision : new CommitResult(outcome, 0));
        }
    }

    private void End(CommitRequest request, CommitResult result)
    {
        if (_metrics.WantsDurations)
        {
            _metrics.Commit(result.Outcome, _time.GetElapsedTime(request.AskedAt));
        }

        request.TryEnd(result);
        request.Release();
    }

    private long After(TimeSpan pause) => _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);
}
