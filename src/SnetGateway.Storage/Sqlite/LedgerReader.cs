using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// Reads many records or a history, beside the writer and on the caller's thread, page by page: a read that stayed open would keep the log from
/// moving into the file for as long.
/// </summary>
internal sealed class LedgerReader(string path, LedgerScope scope, TimeSpan busyTimeout) : IDisposable
{
    private const int PageSize = 512;

    private readonly ConcurrentBag<ReadSession> _idle = [];
    private volatile bool _closed;

    /// <summary>Opens the file now rather than with the first read. Throws <see cref="StoreUnavailableException"/> or <see cref="LedgerFormatException"/>.</summary>
    public void Open() => Use(static session => session);

    public StoredRecord? Read(RecordKey key) => Use(session => session.Read(key));

    /// <summary>
    /// Every record, row by row as they lie in the file: in the order of their keys each would be looked up on a page of its own, which takes
    /// three times as long.
    /// </summary>
    public async IAsyncEnumerable<StoredRecord> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        var page = new List<StoredRecord>(PageSize);
        for (long? last = 0; last is { } from;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            page.Clear();
            last = Use(session => session.ReadRows(from, PageSize, page));
            foreach (StoredRecord record in page)
            {
                yield return record;
            }
        }
    }

    public async IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        List<StoredRecord> page = [];
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlyMemory<byte> last = page.Count == 0 ? default : page[^1].Key.Id;
            page = Use(session => session.ReadPage(kind, last.Span, PageSize));
            foreach (StoredRecord record in page)
            {
                yield return record;
            }
        }
        while (page.Count == PageSize);
    }

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

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out ReadSession? session))
        {
            session.Dispose();
        }
    }

    /// <summary>Reads on a connection that no other read uses. A connection that fails is not used again.</summary>
    private T Use<T>(Func<ReadSession, T> read)
    {
        if (_closed)
        {
            throw new StoreUnavailableException("the ledger is closed");
        }

        ReadSession? session = null;
        try
        {
            session = _idle.TryTake(out ReadSession? idle) ? idle : ReadSession.Open(path, scope, busyTimeout);
            T result = read(session);
            _idle.Add(session);
            return result;
        }
        catch (SqliteException exception)
        {
            session?.Dispose();
            throw new StoreUnavailableException($"The ledger {path} cannot be read: {exception.Message}", exception);
        }
        finally
        {
            if (_closed)
            {
                Dispose();
            }
        }
    }
}
