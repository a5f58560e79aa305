using Microsoft.Data.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// Helpers on SQLitePCLRaw for the writer and startup, which turn result codes into exceptions. Every method throws
/// <see cref="SqliteException"/>. A connection is used by one thread at a time.
/// </summary>
internal static class RawSqlite
{
    private const uint Persistent = 1; // SQLITE_PREPARE_PERSISTENT: for long-lived statements, which should not use lookaside memory
    private const int PagesWritten = 9; // SQLITE_DBSTATUS_CACHE_WRITE

    /// <summary>Opens an existing file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">SQLITE_OPEN_READWRITE or SQLITE_OPEN_READONLY.</param>
    /// <param name="busyTimeout">How long to wait for another connection's lock.</param>
    public static sqlite3 Open(string path, int mode, TimeSpan busyTimeout)
    {
        Batteries_V2.Init();
        int code = sqlite3_open_v2(path, out sqlite3 connection, mode | SQLITE_OPEN_NOMUTEX, null);
        try
        {
            connection.Check(code);
            connection.Check(sqlite3_busy_timeout(connection, (int)busyTimeout.TotalMilliseconds));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements whose rows are not needed.</summary>
    public static void Execute(this sqlite3 connection, string sql) => connection.Check(sqlite3_exec(connection, sql));

    /// <summary>The one number that a query returns; null when it returns no row or no value.</summary>
    public static long? ReadNumber(this sqlite3 connection, string sql)
    {
        using sqlite3_stmt statement = connection.Prepare(sql);
        return statement.Step() && sqlite3_column_type(statement, 0) != SQLITE_NULL ? sqlite3_column_int64(statement, 0) : null;
    }

    /// <summary>
    /// Prepares a reusable statement. Dispose it before its connection: SQLite keeps the file open while a statement is left.
    /// </summary>
    public static sqlite3_stmt Prepare(this sqlite3 connection, string sql)
    {
        connection.Check(sqlite3_prepare_v3(connection, sql, Persistent, out sqlite3_stmt statement));
        return statement;
    }

    public static void Bind(this sqlite3_stmt statement, int index, long value) =>
        statement.Check(sqlite3_bind_int64(statement, index, value));

    /// <summary>Binds a copy of the bytes.</summary>
    public static void Bind(this sqlite3_stmt statement, int index, ReadOnlySpan<byte> value) =>
        statement.Check(sqlite3_bind_blob(statement, index, value));

    /// <summary>Moves to the next row; false at the end. A statement that fails is reset.</summary>
    public static bool Step(this sqlite3_stmt statement)
    {
        int code = sqlite3_step(statement);
        if (code == SQLITE_ROW)
        {
            return true;
        }

        if (code == SQLITE_DONE)
        {
            return false;
        }

        SqliteException error = sqlite3_db_handle(statement).Error(code);
        statement.Reset();
        throw error;
    }

    /// <summary>Runs a statement that returns no rows, and resets it.</summary>
    public static void Run(this sqlite3_stmt statement)
    {
        while (statement.Step())
        {
        }

        statement.Reset();
    }

    /// <summary>Ends a run, and with it the read transaction that it may hold.</summary>
    public static void Reset(this sqlite3_stmt statement) => _ = sqlite3_reset(statement); // returns the run's error, which Step has thrown

    /// <summary>
    /// Moves the write-ahead log into the file, synced. False when another connection prevented moving all of it.
    /// </summary>
    public static bool Checkpoint(this sqlite3 connection, int mode)
    {
        int code = sqlite3_wal_checkpoint_v2(connection, null, mode, out int inLog, out int moved);
        if (code == SQLITE_BUSY)
        {
            return false;
        }

        connection.Check(code);
        if (inLog != moved)
        {
            return false;
        }

        _ = sqlite3_db_status(connection, PagesWritten, out _, out _, 1);
        return true;
    }

    /// <summary>Pages that this connection has written into the log since the last complete <see cref="Checkpoint"/>.</summary>
    public static int WalPages(this sqlite3 connection)
    {
        connection.Check(sqlite3_db_status(connection, PagesWritten, out int pages, out _, 0));
        return pages;
    }

    /// <summary>The exception for a result code, with SQLite's extended code in its text.</summary>
    public static SqliteException Error(this sqlite3 connection, int code)
    {
        bool isLast = sqlite3_errcode(connection) == code;
        int extended = isLast ? sqlite3_extended_errcode(connection) : code;
        string text = (isLast ? sqlite3_errmsg(connection) : sqlite3_errstr(code)).utf8_to_string();
        return new SqliteException($"{text} (SQLite code {extended})", code, extended);
    }

    private static void Check(this sqlite3_stmt statement, int code)
    {
        if (code != SQLITE_OK)
        {
            throw sqlite3_db_handle(statement).Error(code);
        }
    }

    private static void Check(this sqlite3 connection, int code)
    {
        if (code != SQLITE_OK)
        {
            throw connection.Error(code);
        }
    }
}
