using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// Reads a ledger file beside the gateway that owns it, for commands: on the caller's thread and page by page, because a long read would
/// keep the log from moving into the file. Writes nothing.
/// </summary>
internal sealed class ReadOnlyRecordStore(string path, LedgerScope scope, TimeSpan busyTimeout) : IRecordStore
{
    private const int PageSize = 512;
    private const RecordKind NoKind = (RecordKind)byte.MaxValue; // above every kind

    private readonly Lock _lock = new();
    private ReadSession? _session;
    private bool _closed;

    public bool IsShared => true;

    /// <summary>
    /// Opens the file now and not with the first read. Throws <see cref="StoreUnavailableException"/> or
    /// <see cref="LedgerFormatException"/>.
    /// </summary>
    public void Open()
    {
        if (!File.Exists(path))
        {
            throw new StoreUnavailableException($"Ledger file {path} does not exist.");
        }

        Use(static session => session);
    }

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken) =>
        new(new CommitResult(CommitOutcome.NotWritten, 0));

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken) => new(Use(session => session.Read(key)));

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) =>
        ReadAllAsync(default, NoKind, cancellationToken);

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
        ReadAllAsync(kind, kind + 1, cancellationToken);

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredRecord>();

    public async IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach (long position in Use(session => session.JournalPositions(key)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Use(session => session.ReadEntry(position)) is { } entry)
            {
                yield return entry;
            }
        }
    }

    public ValueTask ProbeAsync(CancellationToken cancellationToken) =>
        throw new StoreUnavailableException("the ledger was opened read-only");

    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
            _session?.Dispose();
            _session = null;
        }

        return ValueTask.CompletedTask;
    }

    private async IAsyncEnumerable<StoredRecord> ReadAllAsync(
        RecordKind first, RecordKind end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        var last = new RecordKey(first, default);
        List<StoredRecord> page;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            page = Use(session => session.ReadPage(last, end, PageSize));
            foreach (StoredRecord record in page)
            {
                yield return record;
                last = record.Key;
            }
        }
        while (page.Count == PageSize);
    }

    /// <summary>Runs a read. A connection that fails is not used again.</summary>
    private T Use<T>(Func<ReadSession, T> read)
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw new StoreUnavailableException("the ledger is closed");
            }

            try
            {
                return read(_session ??= ReadSession.Open(path, scope, busyTimeout));
            }
            catch (SqliteException exception)
            {
                _session?.Dispose();
                _session = null;
                throw new StoreUnavailableException($"The ledger {path} cannot be read: {exception.Message}", exception);
            }
        }
    }
}
