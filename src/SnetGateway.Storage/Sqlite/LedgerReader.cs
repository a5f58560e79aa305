using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
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
    public void Open() => Return(Rent());

    public StoredRecord? Read(in RecordKey key)
    {
        ReadSession session = Rent();
        try
        {
            return session.Read(key);
        }
        finally
        {
            Return(session);
        }
    }

    /// <summary>
    /// Every record, row by row as they lie in the file: in the order of their keys each would be looked up on a page of its own, which takes
    /// three times as long.
    /// </summary>
    public async IAsyncEnumerable<StoredRecord> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        ReadSession session = Rent();
        try
        {
            var page = new List<StoredRecord>(PageSize);
            long last = 0;
            bool hasMore;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                page.Clear();
                hasMore = session.ReadRows(ref last, PageSize, page);
                foreach (StoredRecord record in page)
                {
                    yield return record;
                }
            }
            while (hasMore);
        }
        finally
        {
            Return(session);
        }
    }

    public async IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        ReadSession session = Rent();
        try
        {
            var page = new List<StoredRecord>(PageSize);
            ReadOnlyMemory<byte> last = default;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                page.Clear();
                session.ReadPage(kind, last.Span, PageSize, page);
                foreach (StoredRecord record in page)
                {
                    yield return record;
                    last = record.Key.Id;
                }
            }
            while (page.Count == PageSize);
        }
        finally
        {
            Return(session);
        }
    }

    public async IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        ReadSession session = Rent();
        try
        {
            List<long> positions = session.JournalPositions(key);
            for (int i = positions.Count - 1; i >= 0; i--)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (session.ReadEntry(positions[i]) is { } entry)
                {
                    yield return entry;
                }
            }
        }
        finally
        {
            Return(session);
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

    private ReadSession Rent()
    {
        if (_closed)
        {
            throw new StoreUnavailableException("the ledger is closed");
        }

        if (_idle.TryTake(out ReadSession? session))
        {
            return session;
        }

        try
        {
            return LedgerFile.OpenForReading(path, busyTimeout).HandTo(connection => new ReadSession(connection, scope));
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException($"The ledger {path} cannot be read: {exception.Message}", exception);
        }
    }

    private void Return(ReadSession session)
    {
        if (_closed || session.IsBroken)
        {
            session.Dispose();
        }
        else
        {
            _idle.Add(session);
        }
    }
}
