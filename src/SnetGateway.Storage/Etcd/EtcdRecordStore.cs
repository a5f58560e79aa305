using System.Runtime.CompilerServices;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Journal;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// The ledger in etcd, shared by several gateways. A commit is durable when it ends: a quorum of etcd's members has it on disk (rule 14).
/// There is no lock and no lease: a gateway that was paused or disconnected fails its comparison.
/// </summary>
public sealed class EtcdRecordStore : IRecordStore
{
    private readonly TimeSpan _limit;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly EtcdClient _client;
    private readonly EtcdKeys _keys;
    private readonly EtcdFormat _format;
    private readonly EtcdReader _reader;
    private readonly CommitQueue _commits;
    private readonly LocalJournal? _journal;
    private readonly CancellationTokenSource _closing = new();
    private Task _inspection = Task.CompletedTask;
    private long _readAt;
    private int _isOpen;
    private int _disposed;

    /// <summary>
    /// Connects with the first read. Throws <see cref="StoreUnavailableException"/> when a certificate file cannot be read.
    /// </summary>
    public EtcdRecordStore(
        LedgerOptions options, LedgerScope scope, StorageMetrics metrics, ILogger<EtcdRecordStore> logger, TimeProvider time)
        : this(options, scope, metrics, logger, time, new LocalJournal(options.Journal, scope, metrics, logger, time))
    {
    }

    private EtcdRecordStore(
        LedgerOptions options, LedgerScope scope, StorageMetrics? metrics, ILogger logger, TimeProvider time, LocalJournal? journal)
    {
        (_limit, _logger, _time, _journal) = (options.CommitTimeout, logger, time, journal);
        _client = new EtcdClient(options.Etcd, metrics, time, logger);
        _keys = new EtcdKeys(options.Etcd.KeyPrefix, scope);
        _format = new EtcdFormat(_client, _keys);
        _reader = new EtcdReader(_client, _keys, _limit);
        _commits = new CommitQueue(_client, _keys, _format, journal, options, metrics, logger, time);
    }

    public bool IsShared => true;

    /// <summary>The inspection of the cluster that opening the ledger began.</summary>
    internal Task Inspection => _inspection;

    /// <summary>Opens the ledger for a command, without the journal: it only reads. Throws as the constructor does.</summary>
    public static IRecordStore OpenReadOnly(LedgerOptions options, LedgerScope scope)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new EtcdRecordStore(options, scope, null, NullLogger.Instance, TimeProvider.System, null);
    }

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        StoreLimits.Check(writes.Span);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<CommitResult>(cancellationToken)
            : _commits.Commit(writes);
    }

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        return _reader.ReadAsync(key, cancellationToken);
    }

    public async IAsyncEnumerable<StoredRecord> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        if (_journal is not null)
        {
            await OpenAsync(cancellationToken);
        }

        await foreach (StoredRecord record in _reader.ReadAsync(_keys.First, _keys.End, SetReadAt, cancellationToken))
        {
            yield return record;
        }
    }

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        (ByteString first, ByteString end) = _keys.RangeOf(kind);
        return _reader.ReadAsync(first, end, onRevision: null, cancellationToken);
    }

    public async IAsyncEnumerable<StoredRecord> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var watch = new EtcdWatch(_client, _keys, _reader, _limit, _logger, _time);
        long readAt = Interlocked.Read(ref _readAt);
        await foreach (StoredRecord record in watch.RunAsync(readAt == 0 ? 0 : readAt + 1, ended.Token))
        {
            yield return record;
        }
    }

    public IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken) =>
        _journal?.ReadAsync(key, cancellationToken) ?? AsyncEnumerable.Empty<StoredEntry>();

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        ThrowIfClosed();

        // The condition is never true, so nothing is written and no revision is used. The request still needs a quorum and passes every
        // check of a write.
        var request = new TxnRequest
        {
            Compare = { new Compare
            {
                Key = _keys.Format,
                Target = Compare.Types.CompareTarget.Version,
                Result = Compare.Types.CompareResult.Less,
                Version = 0,
            } },
            Success = { new RequestOp { RequestPut = new PutRequest { Key = _keys.Room } } },
            Failure = { new RequestOp { RequestRange = new RangeRequest { Key = _keys.Format } } },
        };
        try
        {
            await _format.EnsureAsync(_limit, cancellationToken);
            TxnResponse response = await _client.TxnAsync(request, mayRepeat: true, _limit, cancellationToken);
            _format.Accept(response.Responses[0].ResponseRange);
        }
        catch (Exception exception) when (exception is EtcdException or LedgerFormatException)
        {
            throw new StoreUnavailableException(exception.Message, exception);
        }
    }

    /// <summary>Rejects queued commits, lets those in flight end within the limit, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _closing.CancelAsync();
        await _inspection;
        await _commits.DisposeAsync();
        if (_journal is not null)
        {
            await _journal.DisposeAsync();
        }

        _client.Dispose();
    }

    /// <summary>Checks the format, and starts the inspection the first time.</summary>
    private async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _format.EnsureAsync(_limit, cancellationToken);
            if (Interlocked.Exchange(ref _isOpen, 1) == 0)
            {
                _inspection = new EtcdInspection(_client, _keys, _logger).RunAsync(_limit, _closing.Token); // startup does not wait for it
            }
        }
        catch (EtcdException exception)
        {
            throw new StoreUnavailableException($"The ledger in etcd cannot be opened: {exception.Message}", exception);
        }
    }

    private void SetReadAt(long revision) => Interlocked.Exchange(ref _readAt, revision);

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            throw new StoreUnavailableException("the ledger is closed");
        }
    }
}
