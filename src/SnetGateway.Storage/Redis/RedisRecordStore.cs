using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Journal;
using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// Records in one Redis that several gateways share. A commit is one script that compares and writes, alone in the server, and is answered after
/// Redis synced it; commits on the way at the same time share a sync. History is in the gateways' own journals (design, rule 15).
/// </summary>
public sealed class RedisRecordStore : IRecordStore
{
    private const int PageLength = 200;

    /// <summary>A write is sent when at least this part of its time is left.</summary>
    private const int LeastShareToSend = 10;

    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(2);

    private readonly RedisServer _server;
    private readonly RedisKeys _keys;
    private readonly RedisFeed _feed;
    private readonly LocalJournal? _journal;
    private readonly StorageMetrics? _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly int _maxWaiting;
    private volatile string _reason = "";
    private int _waiting;
    private int _failing;
    private int _closed;

    /// <summary>
    /// Connects. Throws <see cref="StoreUnavailableException"/> when the server cannot be reached. Its settings are checked before the first record is
    /// read, which throws the same when it may lose payments, and <see cref="LedgerFormatException"/> when a newer gateway wrote it.
    /// </summary>
    public RedisRecordStore(
        LedgerOptions options, LedgerScope scope, StorageMetrics metrics, ILogger<RedisRecordStore> logger, TimeProvider time)
        : this(options, scope, metrics, logger, time, new LocalJournal(Required(options).Journal, scope, metrics, logger, time))
    {
    }

    private RedisRecordStore(
        LedgerOptions options, LedgerScope scope, StorageMetrics? metrics, ILogger logger, TimeProvider time, LocalJournal? journal)
    {
        (_metrics, _logger, _time, _limit, _maxWaiting, _journal) = (metrics, logger, time, options.CommitTimeout, options.MaxQueued, journal);
        _keys = new RedisKeys(options.Redis.KeyPrefix, scope);
        _server = new RedisServer(options.Redis, _keys, _limit, logger, time);
        _feed = new RedisFeed(_server.Subscriber, _keys, ReadChangesAsync, logger, time);
    }

    public bool IsShared => true;

    /// <summary>Opens a ledger to read beside the gateways that write it: for commands. Throws as the constructor does.</summary>
    public static IRecordStore OpenReadOnly(LedgerOptions options, LedgerScope scope, TimeProvider time) =>
        new RedisRecordStore(Required(options), scope, null, NullLogger.Instance, time, null);

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        StoreLimits.Check(writes.Span);
        return CommitOrProbeAsync(writes, cancellationToken);
    }

    public async ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        (byte[], long) known = _server.Known;
        RedisValue[] values = await AskAsync(
            database => database.StringGetAsync([_keys.Of(key), _keys.Ledger, _keys.Revision]), cancellationToken);
        _server.Check(known, values[1], values[2]);
        _server.Saw(values[2].IsNull ? 0 : (long)values[2]);
        return values[0].IsNull ? null : RedisKeys.Read(key, values[0]!);
    }

    public async IAsyncEnumerable<StoredRecord> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await TrustAsync();
        _feed.From = await RevisionAsync(cancellationToken);
        await foreach (RecordKey[] keys in NamesAsync(cancellationToken).Chunk(PageLength).WithCancellation(cancellationToken))
        {
            foreach (StoredRecord record in await ReadManyAsync(keys, cancellationToken))
            {
                yield return record;
            }
        }
    }

    public async IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await TrustAsync();
        RecordKey[] names = await NamesAsync(cancellationToken).Where(name => name.Kind == kind).ToArrayAsync(cancellationToken);
        Array.Sort(names, static (left, right) => left.Id.Span.SequenceCompareTo(right.Id.Span));
        foreach (RecordKey[] keys in names.Chunk(PageLength))
        {
            foreach (StoredRecord record in await ReadManyAsync(keys, cancellationToken))
            {
                yield return record;
            }
        }
    }

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => _feed.WatchAsync(cancellationToken);

    public IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken) =>
        _journal?.ReadAsync(key, cancellationToken) ?? AsyncEnumerable.Empty<StoredEntry>();

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        _server.ReadAgain();
        CommitResult result = await CommitOrProbeAsync(default, cancellationToken);
        if (result.Outcome != CommitOutcome.Committed)
        {
            throw new StoreUnavailableException($"the ledger takes no writes: {_reason}");
        }
    }

    /// <summary>Takes no more writes, waits for the answers of those on the way, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        long start = _time.GetTimestamp();
        using (var poll = new PeriodicTimer(DrainPoll, _time))
        {
            while (Volatile.Read(ref _waiting) > 0 && _time.GetElapsedTime(start) < _limit)
            {
                await poll.WaitForNextTickAsync(CancellationToken.None);
            }
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

    private async ValueTask<CommitResult> CommitOrProbeAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long start = _time.GetTimestamp();
        int waiting = Interlocked.Increment(ref _waiting);
        try
        {
            CommitResult result =
                Volatile.Read(ref _closed) != 0 || _metrics is null ? Refused("the ledger is closed, or opened to read only")
                : waiting > _maxWaiting ? Refused("too many wait for it")
                : await WriteAsync(writes, start);
            if (result.Outcome == CommitOutcome.Committed)
            {
                _journal?.Append(writes.Span);
                NoteSuccess();
            }

            if (_metrics is { WantsDurations: true })
            {
                _metrics.Commit(result.Outcome, _time.GetElapsedTime(start));
            }

            return result;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>One limit holds for all that a commit waits for, from its start on.</summary>
    private async ValueTask<CommitResult> WriteAsync(ReadOnlyMemory<RecordWrite> writes, long start)
    {
        if (_journal?.Keep(writes.Span) is > 0 and var kept)
        {
            await _journal.WrittenAsync(kept);
        }

        RedisKey[] keys = Keys(writes.Span);
        for (bool isRepeated = false; ; isRepeated = true)
        {
            byte[] hash;
            try
            {
                hash = await _server.TrustedAsync(Left(start));
            }
            catch (Exception exception) when (IsClients(exception) || exception is StoreUnavailableException or LedgerFormatException)
            {
                return Refused(exception.Message);
            }

            if (!_server.IsConnected)
            {
                return Refused("there is no connection"); // asked before anything is sent, so nothing was
            }

            TimeSpan left = Left(start);
            if (left < _limit / LeastShareToSend)
            {
                return Refused("the check of the server took the time of the write"); // what could hardly be answered would only be left in doubt
            }

            try
            {
                RedisResult result = await _server.Database
                    .ScriptEvaluateAsync(hash, keys, Arguments(writes.Span), CommandFlags.NoRedirect)
                    .WaitAsync(left, _time);
                return Evaluate(result, isProbe: writes.IsEmpty);
            }
            catch (RedisServerException exception) when (RedisReplies.IsUnknownScript(exception) && !isRepeated)
            {
                _server.Distrust(hash); // restarted: checked anew, and then this is written after all
            }
            catch (RedisServerException exception) when (RedisReplies.IsRefusal(exception))
            {
                return Refused(exception.Message);
            }
            catch (Exception exception) when (IsClients(exception))
            {
                NoteFailure(exception.Message);
                return new CommitResult(CommitOutcome.Unknown, 0);
            }
        }
    }

    private TimeSpan Left(long start)
    {
        TimeSpan left = _limit - _time.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private CommitResult Evaluate(RedisResult answer, bool isProbe)
    {
        long code = (long)answer[0];
        string detail = (string?)answer[1] ?? "";
        switch (code)
        {
            case > 0:
                if (!isProbe) // which has no revision: its 1 is no more than a yes
                {
                    _server.Saw(code);
                }

                return new CommitResult(CommitOutcome.Committed, code);
            case 0:
                return new CommitResult(CommitOutcome.Conflict, 0);
            case RedisScripts.FormatRefused:
                return Refused($"only gateways of format {(detail.Length == 0 ? "(none)" : detail)} may write, this one writes {RedisScripts.Format}");
            case RedisScripts.OtherLedger:
                return Refused(_server.OtherLedger($"it is at revision {detail}, and {_server.Seen} was seen").Message);
            default:
                return Refused(detail);
        }
    }

    private RedisKey[] Keys(ReadOnlySpan<RecordWrite> writes)
    {
        var keys = new RedisKey[5 + writes.Length];
        (keys[0], keys[1], keys[2], keys[3], keys[4]) = (_keys.Format, _keys.Ledger, _keys.Revision, _keys.Changes, _keys.Probe);
        for (int i = 0; i < writes.Length; i++)
        {
            keys[5 + i] = _keys.Of(writes[i].Key);
        }

        return keys;
    }

    private RedisValue[] Arguments(ReadOnlySpan<RecordWrite> writes)
    {
        var arguments = new RedisValue[4 + (3 * writes.Length)];
        (arguments[0], arguments[1], arguments[2], arguments[3]) = (RedisScripts.Format, _server.LedgerId, _server.Seen, _keys.Wake);
        for (int i = 0; i < writes.Length; i++)
        {
            ref readonly RecordWrite write = ref writes[i];
            arguments[4 + (3 * i)] = RedisKeys.Expected(write.ExpectedRevision);
            arguments[5 + (3 * i)] = RedisKeys.Member(write.Key);
            arguments[6 + (3 * i)] = write.Value.ToArray();
        }

        return arguments;
    }

    private async Task<long> RevisionAsync(CancellationToken cancellationToken)
    {
        RedisValue revision = await AskAsync(database => database.StringGetAsync(_keys.Revision), cancellationToken);
        return revision.IsNull ? 0 : (long)revision;
    }

    /// <summary>Names of all records, each once, in the order of their last writes; those written meanwhile may come late or with their new state.</summary>
    private async IAsyncEnumerable<RecordKey> NamesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int page = 1_000;
        var seen = new HashSet<RecordKey>();
        double from = 0;
        SortedSetEntry[] entries;
        do
        {
            // From the last score again: the records of one commit share it. A commit writes fewer than a page.
            double start = from;
            entries = await AskAsync(
                database => database.SortedSetRangeByScoreWithScoresAsync(_keys.Changes, start, take: page), cancellationToken);
            foreach (SortedSetEntry entry in entries)
            {
                from = entry.Score;
                RecordKey name = RedisKeys.FromMember(entry.Element!);
                if (seen.Add(name))
                {
                    yield return name;
                }
            }
        }
        while (entries.Length == page);
    }

    /// <summary>
    /// Records written after a revision, and up to which one these are. One that is broken is named and passed over: it must not keep back the others.
    /// </summary>
    private async Task<(IReadOnlyList<StoredRecord> Records, double UpTo)> ReadChangesAsync(double? after, CancellationToken cancellationToken)
    {
        if (after is not { } from)
        {
            return ([], await RevisionAsync(cancellationToken));
        }

        SortedSetEntry[] entries = await AskAsync(
            database => database.SortedSetRangeByScoreWithScoresAsync(_keys.Changes, from, exclude: Exclude.Start, take: PageLength), cancellationToken);
        if (entries.Length == PageLength)
        {
            // The last commit may not be whole on this page.
            entries = [.. entries.TakeWhile(entry => entry.Score < entries[^1].Score)];
        }

        if (entries.Length == 0)
        {
            return ([], from);
        }

        RecordKey[] keys = [.. Sound(entries, static entry => RedisKeys.FromMember(entry.Element!))];
        RedisValue[] values = await ReadValuesAsync(keys, cancellationToken);
        return ([.. Sound(keys.Zip(values), static pair => Read(pair.First, pair.Second))], entries[^1].Score);
    }

    private IEnumerable<TOut> Sound<TIn, TOut>(IEnumerable<TIn> all, Func<TIn, TOut> read)
    {
        foreach (TIn one in all)
        {
            TOut sound;
            try
            {
                sound = read(one);
            }
            catch (LedgerFormatException exception)
            {
                _logger.RedisRecordPassedOver(exception.Message);
                continue;
            }

            yield return sound;
        }
    }

    private async Task<IReadOnlyList<StoredRecord>> ReadManyAsync(RecordKey[] keys, CancellationToken cancellationToken)
    {
        RedisValue[] values = await ReadValuesAsync(keys, cancellationToken);
        return [.. keys.Zip(values, static (key, value) => Read(key, value))];
    }

    private async Task<RedisValue[]> ReadValuesAsync(RecordKey[] keys, CancellationToken cancellationToken) => keys.Length == 0
        ? []
        : await AskAsync(database => database.StringGetAsync([.. keys.Select(key => (RedisKey)_keys.Of(key))]), cancellationToken);

    private static StoredRecord Read(in RecordKey key, RedisValue value) => value.IsNull
        ? throw new LedgerFormatException($"the record {key} is in the ledger's index in Redis, and is not there")
        : RedisKeys.Read(key, value!);

    /// <summary>Before the records are read that calls will be judged by: is this a server to serve on?</summary>
    private async Task TrustAsync()
    {
        if (_metrics is null)
        {
            return;
        }

        try
        {
            await _server.TrustedAsync(_limit);
        }
        catch (Exception exception) when (IsClients(exception))
        {
            throw Unreadable(exception);
        }
    }

    private async Task<T> AskAsync<T>(Func<IDatabaseAsync, Task<T>> ask, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _closed) != 0)
        {
            throw new StoreUnavailableException("the ledger is closed");
        }

        try
        {
            return await ask(_server.Database).WaitAsync(_limit, _time, cancellationToken);
        }
        catch (Exception exception) when (IsClients(exception) && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw Unreadable(exception);
        }
    }

    private static StoreUnavailableException Unreadable(Exception exception) => new($"Redis cannot be read: {exception.Message}", exception);

    /// <summary>What the client throws. It cancels a command that it has no connection for.</summary>
    private static bool IsClients(Exception exception) =>
        exception is RedisException or TimeoutException or ObjectDisposedException or IOException or OperationCanceledException;

    private CommitResult Refused(string reason)
    {
        NoteFailure(reason);
        return new CommitResult(CommitOutcome.NotWritten, 0);
    }

    private void NoteFailure(string reason)
    {
        _reason = reason;
        if (Volatile.Read(ref _closed) == 0 && Interlocked.Exchange(ref _failing, 1) == 0)
        {
            _logger.TakesNoWrites(reason);
        }
    }

    private void NoteSuccess()
    {
        if (Volatile.Read(ref _failing) != 0 && Interlocked.Exchange(ref _failing, 0) != 0)
        {
            _logger.RedisWritesAgain();
        }
    }
}
