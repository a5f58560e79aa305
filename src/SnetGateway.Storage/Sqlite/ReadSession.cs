
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Sqlite;

/// <summary>A connection that reads, with its statements. Every method throws <see cref="StoreUnavailableException"/>.</summary>
internal sealed unsafe class ReadSession(SqliteConnection connection, LedgerScope scope) : IDisposable
{
    private readonly SqliteStatement _read = connection.Prepare("SELECT revision, value, newest FROM record WHERE key = ?1");

    private readonly SqliteStatement _page = connection.Prepare(
        "SELECT key, revision, value FROM record WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3");

    private readonly SqliteStatement _rows = connection.Prepare("SELECT key, revision, value, id FROM record WHERE id > ?1 ORDER BY id LIMIT ?2");

    private readonly SqliteStatement _previous = connection.Prepare("SELECT previous FROM journal WHERE position = ?1");
    private readonly SqliteStatement _entry = connection.Prepare("SELECT sequence, entry FROM journal WHERE position = ?1");

    /// <summary>Something failed on it: not to be used again.</summary>
    public bool IsBroken { get; private set; }

    public StoredRecord? Read(in RecordKey key)
    {
        try
        {
            StoredRecord? record = Find(key) ? new StoredRecord(key, _read.Number(0), _read.Bytes(1).ToArray()) : null;
            _read.Reset();
            return record;
        }
        catch (SqliteException exception)
        {
            throw Failed(exception);
        }
    }

    /// <summary>Adds the next records of a kind behind <paramref name="last"/>, at most <paramref name="count"/>.</summary>
    public void ReadPage(RecordKind kind, ReadOnlySpan<byte> last, int count, List<StoredRecord> page)
    {
        Span<byte> from = stackalloc byte[LedgerScope.MaxKeyLength];
        Span<byte> to = stackalloc byte[LedgerScope.PrefixLength];
        scope.WritePrefix(kind, from);
        last.CopyTo(from[LedgerScope.PrefixLength..]);
        scope.WritePrefix(kind + 1, to);
        try
        {
            fixed (byte* first = from, end = to)
            {
                _page.Bind(1, first, LedgerScope.PrefixLength + last.Length);
                _page.Bind(2, end, LedgerScope.PrefixLength);
                _page.Bind(3, count);
                while (_page.Step())
                {
                    page.Add(ReadRow(_page, kind));
                }

                _page.Reset();
            }
        }
        catch (SqliteException exception)
        {
            throw Failed(exception);
        }
    }

    /// <summary>
    /// Adds the records of the next rows behind the row number <paramref name="last"/>, which is moved on. False at the end.
    /// </summary>
    public bool ReadRows(ref long last, int count, List<StoredRecord> page)
    {
        Span<byte> prefix = stackalloc byte[LedgerScope.PrefixLength];
        scope.WritePrefix(default, prefix);
        prefix = prefix[..^1]; // of any kind
        try
        {
            _rows.Bind(1, last);
            _rows.Bind(2, count);
            int rows = 0;
            for (; _rows.Step(); rows++)
            {
                last = _rows.Number(3);
                ReadOnlySpan<byte> key = _rows.Bytes(0);
                if (key.Length > LedgerScope.PrefixLength && key.StartsWith(prefix))
                {
                    page.Add(ReadRow(_rows, (RecordKind)key[LedgerScope.PrefixLength - 1]));
                }
            }

            _rows.Reset();
            return rows == count;
        }
        catch (SqliteException exception)
        {
            throw Failed(exception);
        }
    }

    /// <summary>Where the journal entries of a record lie, newest first.</summary>
    public List<long> JournalPositions(in RecordKey key)
    {
        try
        {
            var positions = new List<long>();
            long position = Find(key) ? _read.Number(2) : 0;
            _read.Reset();
            while (position != 0)
            {
                _previous.Bind(1, position);
                if (!_previous.Step())
                {
                    _previous.Reset();
                    break; // older ones were removed
                }

                positions.Add(position);
                position = _previous.Number(0);
                _previous.Reset();
            }

            return positions;
        }
        catch (SqliteException exception)
        {
            throw Failed(exception);
        }
    }

    public StoredEntry? ReadEntry(long position)
    {
        try
        {
            _entry.Bind(1, position);
            StoredEntry? entry = _entry.Step() ? new StoredEntry(_entry.Number(0), _entry.Bytes(1).ToArray()) : null;
            _entry.Reset();
            return entry;
        }
        catch (SqliteException exception)
        {
            throw Failed(exception);
        }
    }

    public void Dispose() => connection.Dispose();

    private bool Find(in RecordKey key)
    {
        Span<byte> stored = stackalloc byte[LedgerScope.MaxKeyLength];
        int length = scope.WriteKey(key, stored);
        fixed (byte* first = stored)
        {
            _read.Bind(1, first, length);
            return _read.Step();
        }
    }

    /// <summary>One allocation holds the value and the id behind it.</summary>
    private static StoredRecord ReadRow(SqliteStatement row, RecordKind kind)
    {
        ReadOnlySpan<byte> id = row.Bytes(0)[LedgerScope.PrefixLength..];
        ReadOnlySpan<byte> value = row.Bytes(2);
        var bytes = new byte[value.Length + id.Length];
        value.CopyTo(bytes);
        id.CopyTo(bytes.AsSpan(value.Length));
        return new StoredRecord(new RecordKey(kind, bytes.AsMemory(value.Length)), row.Number(1), bytes.AsMemory(0, value.Length));
    }

    private StoreUnavailableException Failed(SqliteException exception)
    {
        IsBroken = true;
        return new StoreUnavailableException($"The ledger cannot be read: {exception.Message}", exception);
    }
}
