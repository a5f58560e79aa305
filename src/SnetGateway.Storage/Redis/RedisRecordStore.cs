using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Journal;
using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// Records in one Redis that several gateways share. A commit is one script that compares and writes atomically, and Redis responds after
/// it synced the write (<see cref="RedisWriter"/>). History is in the gateways' own journals (rule 15).
/// </summary>
public sealed class RedisRecordStore : IRecordStore
{
    private readonly TimeSpan _limit;
    private readonly RedisServer _server;
    private readonly RedisReader _reader;
    private readonly RedisFeed _feed;
    private readonly RedisWriter? _writer;
    private readonly LocalJournal? _journal;
    private int _closed;

    /// <summary>
    /// Connects. Throws <see cref="StoreUnavailableException"/> when the server cannot be reached. Its settings are checked before the
    /// first record is read. That throws the same exception when the server may lose payments, and <see cref="LedgerFormatException"/> when
    /// a newer gateway wrote it.
    /// </summary>
    public RedisRecordStore(
        LedgerOptions options, LedgerScope scope, StorageMetrics metrics, ILogger<RedisRecordStore> logger, TimeProvider time)
        : this(options, scope, metrics, logger, time, new LocalJournal(Required(options).Journal, scope, metrics, logger, time))
    {
    }

    private RedisRecordStore(
        LedgerOptions options, LedgerScope scope, StorageMetrics? metrics, ILogger logger, TimeProvider time, LocalJournal? journal)
    {
        (_limit, _journal) = (options.CommitTimeout, journal);
        var keys = new RedisKeys(options.Redis.KeyPrefix, scope);
        _server = new RedisServer(options.Redis, keys, _limit, logger, time);
        _reader = new RedisReader(_server, keys, _limit, logger, time);
        _feed = new RedisFeed(_server.Subscriber, keys, ReadChangesAsync, logger, time);
        _writer = metrics is null || journal is null ? null : new RedisWriter(_server, keys, journal, options, metrics, logger, time);
    }

    public bool IsShared => true;

    /// <summary>Opens a ledger read-only, beside the gateways that write it: for commands. Throws as the constructor does.</summary>
    public static IRecordStore OpenReadOnly(LedgerOptions options, LedgerScope scope, TimeProvider time) =>
        new RedisRecordStore(Required(options), scope, null, NullLogger.Instance, time, null);

    /// <summary>
    /// Whether a gateway follows the ledger now: each one subscribes to its changes. False also where this user may not query it. Throws
    /// <see cref="StoreUnavailableException"/>.
    /// </summary>
    public static async Task<bool> IsFollowedAsync(LedgerOptions options, LedgerScope scope, TimeProvider time)
    {
        await using var store = new RedisRecordStore(Required(options), scope, null, NullLogger.Instance, time, null);
        byte[] channel = new RedisKeys(options.Redis.KeyPrefix, scope).Wake;
        try
        {
            RedisResult followers = await store._server.Database.ExecuteAsync("PUBSUB", "NUMSUB", channel).WaitAsync(store._limit, time);
            return followers.Length == 2 && (long)followers[1] > 0;
        }
        catch (RedisServerException exception) when (!RedisReplies.IsTemporaryRefusal(exception))
        {
            return false;
        }
        catch (Exception exception) when (RedisReplies.IsClientFailure(exception))
        {
            throw RedisReplies.Unreadable(exception);
        }
    }

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        StoreLimits.Check(writes.Span);
        return _writer?.CommitAsync(writes, cancellationToken) ?? new(new CommitResult(CommitOutcome.NotWritten, 0));
    }

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        return _reader.ReadAsync(key, cancellationToken);
    }

    public async IAsyncEnumerable<StoredRecord> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        await EnsureTrustedAsync();
        _feed.From = await _reader.ReadRevisionAsync(cancellationToken);
        await foreach (StoredRecord record in _reader.ReadAllAsync(cancellationToken))
        {
            yield return record;
        }
    }

    public async IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        await EnsureTrustedAsync();
        await foreach (StoredRecord record in _reader.ReadAllAsync(kind, cancellationToken))
        {
            yield return record;
        }
    }

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => _feed.WatchAsync(cancellationToken);

    public IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken) =>
        _journal?.ReadAsync(key, cancellationToken) ?? AsyncEnumerable.Empty<StoredEntry>();

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        if (_writer is null)
        {
            throw new StoreUnavailableException("the ledger was opened read-only");
        }

        _server.RecheckIfDue();
        CommitResult result = await _writer.CommitAsync(default, cancellationToken);
        if (result.Outcome != CommitOutcome.Committed)
        {
            throw new StoreUnavailableException($"the ledger is not writable: {_writer.LastError}");
        }
    }

    /// <summary>Rejects new writes, waits for those in flight, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        if (_writer is not null)
        {
            await _writer.DisposeAsync();
        }

        _server.Dispose();
        if (_journal is not null)
        {
            await _journal.DisposeAsync();
        }
    }

    private static LedgerOptions Required(LedgerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options;
    }

    private Task<(IReadOnlyList<StoredRecord> Records, double UpTo)> ReadChangesAsync(double? after, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        return _reader.ReadChangesAsync(after, cancellationToken);
    }

    /// <summary>
    /// Payments are checked against these records, so the server's settings are checked first. A read-only store needs no check.
    /// </summary>
    private async Task EnsureTrustedAsync()
    {
        if (_writer is null)
        {
            return;
        }

        try
        {
            await _server.TrustedAsync(_limit);
        }
        catch (Exception exception) when (RedisReplies.IsClientFailure(exception))
        {
            throw RedisReplies.Unreadable(exception);
        }
    }

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _closed) != 0)
        {
            throw new StoreUnavailableException("the ledger is closed");
        }
    }
}
