using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using SQLitePCL;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// The ledger in one SQLite file with one owner. A commit is durable when it ends: synced to disk together with all others that were
/// waiting (rule 14).
/// </summary>
public sealed class SqliteRecordStore : IRecordStore
{
    private static readonly TimeSpan s_commandBusyTimeout = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly LedgerScope _scope;
    private readonly TimeSpan _limit;
    private readonly TimeSpan _sweepPeriod;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly LedgerLock _lock;
    private readonly RequestQueue _queue = new();
    private readonly RequestPool _requests = new();
    private readonly LedgerWriter _writer;
    private readonly ReadOnlyRecordStore _reader;
    private readonly ITimer _sweeper;
    private long _commitsAtSweep;
    private int _isSweeping;
    private int _disposed;

    /// <summary>
    /// Opens the file of <paramref name="options"/>, and creates it when it does not exist. Throws <see cref="LedgerInUseException"/> when
    /// another process owns it, <see cref="LedgerFormatException"/> when it is not a ledger of this format, and
    /// <see cref="StoreUnavailableException"/> when it cannot be opened or written.
    /// </summary>
    public SqliteRecordStore(
        LedgerOptions options, LedgerScope scope, StorageMetrics metrics, ILogger<SqliteRecordStore> logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        (_path, _scope, _limit, _logger, _time) = (options.Path, scope, options.CommitTimeout, logger, time);
        _sweepPeriod = StoreLimits.SweepPeriod(_limit);
        try
        {
            _lock = LedgerLock.Take(_path, time.GetUtcNow());
            try
            {
                _writer = new LedgerWriter(
                    _queue,
                    mayCreate => LedgerTables.Open(options.Path, scope, mayCreate, options.CommitTimeout),
                    options.MaxQueued,
                    metrics,
                    logger,
                    time);
            }
            catch
            {
                _lock.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The ledger {_path} cannot be opened: {exception.Message}", exception);
        }

        _reader = new ReadOnlyRecordStore(_path, scope, _limit);
        _sweeper = time.CreateTimer(
            static store => ((SqliteRecordStore)store!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        string version = raw.sqlite3_libversion().utf8_to_string();
        logger.Opened(_path, version);
    }

    public bool IsShared => false;

    /// <summary>Requests are queued that the writer has not taken yet.</summary>
    internal bool HasQueued => !_queue.IsEmpty;

    /// <summary>Opens a ledger read-only, beside the gateway that may own it: for commands. Throws as the constructor does.</summary>
    public static IRecordStore OpenReadOnly(string path, LedgerScope scope)
    {
        var store = new ReadOnlyRecordStore(path, scope, s_commandBusyTimeout);
        store.Open();
        return store;
    }

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        StoreLimits.Check(writes.Span);
        return CommitOrProbeAsync(writes, cancellationToken);
    }

    public async ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        // Through the writer's queue: a read then sees every commit that has ended, and none that has not.
        var request = new ReadRequest(key);
        if (!_writer.TryAdd(request))
        {
            throw new StoreUnavailableException("the ledger is closed, or too many requests wait for it");
        }

        try
        {
            return await request.Ended.WaitAsync(_limit, _time, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new StoreUnavailableException($"the ledger did not respond within {_limit}", exception);
        }
    }

    public async IAsyncEnumerable<StoredRecord> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        if (Volatile.Read(ref _disposed) != 0)
        {
            throw new StoreUnavailableException("the ledger is closed");
        }

        using var rows = new RowReader(_path, _scope, _limit);
        while (rows.Next() is { } record)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }
    }

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
        _reader.ReadAllAsync(kind, cancellationToken);

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredRecord>();

    public IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken) =>
        _reader.ReadJournalAsync(key, cancellationToken);

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        CommitResult result = await CommitOrProbeAsync(default, cancellationToken);
        if (result.Outcome != CommitOutcome.Committed)
        {
            throw new StoreUnavailableException($"the ledger is not writable ({result.Outcome})");
        }
    }

    /// <summary>Lets the writer finish its batch, rejects queued requests, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _writer.Ended;
            return;
        }

        for (StoreRequest? waiting = _queue.Close(); waiting is not null;)
        {
            StoreRequest request = waiting;
            waiting = request.Next;
            request.Refuse("the ledger is closed");
            (request as CommitRequest)?.Release();
        }

        await _reader.DisposeAsync();
        try
        {
            await _writer.Ended.WaitAsync(_limit, _time);
        }
        catch (TimeoutException)
        {
            // The writer may still write when the disk responds again, so this process keeps the lock until it ends.
            _logger.CloseTimedOut(_limit);
            return;
        }

        await _sweeper.DisposeAsync();
        _queue.Dispose();
        _lock.Dispose();
        _logger.Closed(_path);
    }

    private ValueTask<CommitResult> CommitOrProbeAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CommitResult>(cancellationToken);
        }

        CommitRequest request = _requests.Rent();
        ValueTask<CommitResult> ended = request.Begin(writes, _time.GetTimestamp());
        request.WatchCancellation(cancellationToken);
        if (!_writer.TryAdd(request))
        {
            request.Refuse("");
            request.Release();
        }

        StartSweeping();
        return ended;
    }

    /// <summary>
    /// One timer for all requests. It ends those that would exceed the limit before its next run, so each ends within the limit even when
    /// the disk hangs. It runs only while there are requests.
    /// </summary>
    private void Sweep()
    {
        TimeSpan allowed = _limit - _sweepPeriod;
        (int unknown, int notWritten) = _requests.Expire(_time.GetTimestamp() - _time.ToTimestamps(allowed));
        if (unknown + notWritten > 0)
        {
            _logger.WritesTimedOut(unknown, notWritten, _limit);
        }

        long commits = _writer.Commits;
        if (commits == _commitsAtSweep)
        {
            _writer.NotifyIdle();
            if (!_requests.HasOpen)
            {
                StopSweeping();
            }
        }

        _commitsAtSweep = commits;
    }

    private void StartSweeping()
    {
        if (Volatile.Read(ref _isSweeping) == 0 && Interlocked.Exchange(ref _isSweeping, 1) == 0)
        {
            _sweeper.Change(_sweepPeriod, _sweepPeriod);
        }
    }

    /// <summary>The caller of a new request sees that it has to start the timer, or its request is seen here.</summary>
    private void StopSweeping()
    {
        _sweeper.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _isSweeping, 0);
        if (_requests.HasOpen)
        {
            StartSweeping();
        }
    }
}
