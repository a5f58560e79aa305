using Microsoft.Data.Sqlite;
using SnetGateway.Payments.Records;
using SQLitePCL;
using static SQLitePCL.raw;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// Reads every record in the order in which rows lie in the file. In the order of keys each row would be a lookup on a separate page, which
/// takes three times as long. It uses a separate connection on the caller's thread, for startup, when nothing is written: the log does not
/// move into the file while the connection is open.
/// </summary>
internal sealed class RowReader : IDisposable
{
    private readonly string _path;
    private readonly byte[] _prefix;
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _rows;

    /// <summary>Opens a ledger that the writer has already opened. Throws <see cref="StoreUnavailableException"/>.</summary>
    public RowReader(string path, LedgerScope scope, TimeSpan busyTimeout)
    {
        _path = path;
        byte[] prefix = new byte[LedgerScope.PrefixLength];
        scope.WritePrefix(default, prefix);
        _prefix = prefix[..^1]; // without the kind
        try
        {
            _connection = RawSqlite.Open(path, SQLITE_OPEN_READONLY, busyTimeout);
            _rows = _connection.Prepare("SELECT key, revision, value FROM record");
        }
        catch (SqliteException exception)
        {
            _connection?.Dispose();
            throw Unreadable(exception);
        }
    }

    /// <summary>The next record; null at the end. Throws <see cref="StoreUnavailableException"/>.</summary>
    public StoredRecord? Next()
    {
        try
        {
            while (_rows.Step())
            {
                ReadOnlySpan<byte> key = sqlite3_column_blob(_rows, 0);
                if (key.Length > LedgerScope.PrefixLength && key.StartsWith(_prefix))
                {
                    return LedgerScope.ToRecord(key, sqlite3_column_int64(_rows, 1), sqlite3_column_blob(_rows, 2));
                }
            }

            return null;
        }
        catch (SqliteException exception)
        {
            throw Unreadable(exception);
        }
    }

    public void Dispose()
    {
        _rows.Dispose();
        _connection.Dispose();
    }

    private StoreUnavailableException Unreadable(SqliteException exception) =>
        new($"The ledger {_path} cannot be read: {exception.Message}", exception);
}
