using Microsoft.Data.Sqlite;
using SnetGateway.Payments.Records;
using SQLitePCL;
using static SQLitePCL.raw;

namespace SnetGateway.Storage.Sqlite;

/// <summary>A connection that reads, with its statements. Every method throws <see cref="SqliteException"/>.</summary>
internal sealed class ReadSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly LedgerScope _scope;
    private readonly SqliteCommand _record, _page, _positions, _entry;

    // Startup reads every record by it, which takes ADO.NET twice the time.
    private readonly sqlite3_stmt _rows;

    private ReadSession(SqliteConnection connection, LedgerScope scope)
    {
        (_connection, _scope) = (connection, scope);
        _record = Prepare("SELECT revision, value FROM record WHERE key = $1", 1);
        _page = Prepare("SELECT key, revision, value FROM record WHERE key > $1 AND key < $2 ORDER BY key LIMIT $3", 3);

        // Each entry names the one before it, at a lower position; older ones may have been removed.
        _positions = Prepare(
            """
            WITH RECURSIVE entry(position, previous) AS (
                SELECT position, previous FROM journal WHERE position = (SELECT newest FROM record WHERE key = $1)
                UNION ALL
                SELECT older.position, older.previous
                FROM entry JOIN journal AS older ON older.position = entry.previous AND older.position < entry.position)
            SELECT position FROM entry ORDER BY position
            """,
            1);
        _entry = Prepare("SELECT sequence, entry FROM journal WHERE position = $1", 1);

        // The last: the connection ends its own commands, but a statement of ours would hold the file open.
        _rows = connection.Handle!.Prepare("SELECT key, revision, value, id FROM record WHERE id > ?1 ORDER BY id LIMIT ?2");
    }

    /// <summary>Opens the file as <see cref="LedgerFile.OpenForReading(string, TimeSpan)"/> does, and prepares the statements.</summary>
    public static ReadSession Open(string path, LedgerScope scope, TimeSpan busyTimeout)
    {
        SqliteConnection connection = LedgerFile.OpenForReading(path, busyTimeout);
        try
        {
            return new ReadSession(connection, scope);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public StoredRecord? Read(in RecordKey key)
    {
        using SqliteDataReader row = Run(_record, StoredKey(key));
        return row.Read() ? new StoredRecord(key, row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : null;
    }

    /// <summary>The next records of a kind behind the id <paramref name="last"/>, at most <paramref name="count"/>.</summary>
    public List<StoredRecord> ReadPage(RecordKind kind, ReadOnlySpan<byte> last, int count)
    {
        var page = new List<StoredRecord>(count);
        using SqliteDataReader row = Run(_page, (byte[])[.. Prefix(kind), .. last], Prefix(kind + 1), count);
        while (row.Read())
        {
            page.Add(Record(row.GetFieldValue<byte[]>(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2)));
        }

        return page;
    }

    /// <summary>
    /// Adds the records of the next rows behind the row number <paramref name="last"/>, and returns the number of the last row; null when there are no
    /// more rows.
    /// </summary>
    public long? ReadRows(long last, int count, List<StoredRecord> page)
    {
        ReadOnlySpan<byte> prefix = Prefix(default).AsSpan()[..^1]; // of any kind
        int rows = 0;
        try
        {
            _rows.Bind(1, last);
            _rows.Bind(2, count);
            for (; _rows.Step(); rows++)
            {
                last = sqlite3_column_int64(_rows, 3);
                ReadOnlySpan<byte> key = sqlite3_column_blob(_rows, 0);
                if (key.Length > LedgerScope.PrefixLength && key.StartsWith(prefix))
                {
                    page.Add(Record(key, sqlite3_column_int64(_rows, 1), sqlite3_column_blob(_rows, 2)));
                }
            }
        }
        finally
        {
            _rows.Reset();
        }

        return rows == count ? last : null;
    }

    /// <summary>Where the journal entries of a record lie, oldest first.</summary>
    public List<long> JournalPositions(in RecordKey key)
    {
        var positions = new List<long>();
        using SqliteDataReader row = Run(_positions, StoredKey(key));
        while (row.Read())
        {
            positions.Add(row.GetInt64(0));
        }

        return positions;
    }

    public StoredEntry? ReadEntry(long position)
    {
        using SqliteDataReader row = Run(_entry, position);
        return row.Read() ? new StoredEntry(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : null;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _connection.Dispose(); // ends its commands as well
    }

    /// <summary>One allocation holds the value and the id behind it.</summary>
    private static StoredRecord Record(ReadOnlySpan<byte> key, long revision, ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> id = key[LedgerScope.PrefixLength..];
        var bytes = new byte[value.Length + id.Length];
        value.CopyTo(bytes);
        id.CopyTo(bytes.AsSpan(value.Length));
        return new StoredRecord(
            new RecordKey((RecordKind)key[LedgerScope.PrefixLength - 1], bytes.AsMemory(value.Length)), revision, bytes.AsMemory(0, value.Length));
    }

    private static SqliteDataReader Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command.ExecuteReader();
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // the texts are the constants above
        command.CommandText = sql;
#pragma warning restore CA2100
        for (int i = 1; i <= parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        }

        command.Prepare();
        return command;
    }

    private byte[] Prefix(RecordKind kind)
    {
        var prefix = new byte[LedgerScope.PrefixLength];
        _scope.WritePrefix(kind, prefix);
        return prefix;
    }

    private byte[] StoredKey(in RecordKey key)
    {
        Span<byte> stored = stackalloc byte[LedgerScope.MaxKeyLength];
        return stored[.._scope.WriteKey(key, stored)].ToArray();
    }
}
