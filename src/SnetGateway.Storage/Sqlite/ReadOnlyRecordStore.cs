
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Sqlite;

/// <summary>A ledger file opened by a command, beside the gateway that owns it. Takes no writes.</summary>
internal sealed class ReadOnlyRecordStore : IRecordStore
{
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(5);

    private readonly LedgerReader _reader;

    public ReadOnlyRecordStore(string path, LedgerScope scope)
    {
        if (!File.Exists(path))
        {
            throw new StoreUnavailableException($"There is no ledger at {path}.");
        }

        _reader = new LedgerReader(path, scope, BusyTimeout);
        _reader.Open();
    }

    public bool IsShared => true;

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken) =>
        new(new CommitResult(CommitOutcome.NotWritten, 0));

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken) => new(_reader.Read(key));

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) => _reader.ReadAllAsync(cancellationToken);

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
        _reader.ReadAllAsync(kind, cancellationToken);

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredRecord>();

    public IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken) =>
        _reader.ReadJournalAsync(key, cancellationToken);

    public ValueTask ProbeAsync(CancellationToken cancellationToken) =>
        throw new StoreUnavailableException("the ledger was opened to read only");

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        return ValueTask.CompletedTask;
    }
}
