using Microsoft.Data.Sqlite;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Sqlite;

/// <summary>A read-only connection with its statements. Every method throws <see cref="SqliteException"/>.</summary>
internal sealed class ReadSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly LedgerScope _scope;
    private readonly SqliteCommand _record, _page, _positions, _entry;

    private ReadSession(SqliteConnection connection, LedgerScope scope)
    {
        (_connection, _scope) = (connection, scope);
        _record = Prepare("SELECT revision, value FROM record WHERE key = $1", 1);
        _page = Prepare("SELECT key, revision, value FROM record WHERE key > $1 AND key < $2 ORDER BY key LIMIT $3", 3);

        // Each entry names the previous one, at a lower position; the oldest ones may have been removed.
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

    /// <summary>
    /// The next records after <paramref name="last"/> and of a kind below <paramref name="end"/>, at most <paramref name="count"/>.
    /// </summary>
    public List<StoredRecord> ReadPage(in RecordKey last, RecordKind end, int count)
    {
        var page = new List<StoredRecord>(count);
        using SqliteDataReader row = Run(_page, StoredKey(last), StoredKey(new RecordKey(end, default)), count);
        while (row.Read())
        {
            page.Add(LedgerScope.ToRecord(row.GetFieldValue<byte[]>(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2)));
        }

        return page;
    }

    /// <summary>Positions of a record's journal entries, oldest first.</summary>
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

    /// <summary>Closes the file. The connection disposes its commands.</summary>
    public void Dispose() => _connection.Dispose();

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

    private byte[] StoredKey(in RecordKey key)
    {
        Span<byte> stored = stackalloc byte[LedgerScope.MaxKeyLength];
        return stored[.._scope.WriteKey(key, stored)].ToArray();
    }
}
