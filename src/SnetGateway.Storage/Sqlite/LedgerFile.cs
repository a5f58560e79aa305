using Microsoft.Data.Sqlite;
using SnetGateway.Payments.Records;
using SQLitePCL;
using static SQLitePCL.raw;

namespace SnetGateway.Storage.Sqlite;

/// <summary>The ledger's file: its tables, its settings, and how it is opened.</summary>
/// <remarks>
/// <para>
/// <c>record</c> holds the newest value of each key. It has its own row number, so that a changed value dirties one page and never the
/// index of keys, and it names the position of the record's newest journal entry.
/// </para>
/// <para>
/// <c>journal</c> is only appended to: the entries of one batch lie side by side on the same few pages. Ordered by key instead, each entry
/// would dirty a separate page, as much again as the record it belongs to. The entries of one record form a linked list, each naming the
/// previous one; only commands follow it.
/// </para>
/// <para><c>meta</c>: the format number, the revision up to which numbers are allocated, and the probe's counter.</para>
/// </remarks>
internal static class LedgerFile
{
    public const int Format = 1;

    // A payment dirties the page of its record, and a dirty page is written whole. Pages of 1, 2 and 8 KiB were not faster when measured.
    private const string Create = """
        PRAGMA page_size = 4096;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        BEGIN IMMEDIATE;
        CREATE TABLE record (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, revision INTEGER NOT NULL, newest INTEGER NOT NULL, value BLOB NOT NULL);
        CREATE TABLE journal (position INTEGER PRIMARY KEY, record INTEGER NOT NULL, sequence INTEGER NOT NULL, previous INTEGER NOT NULL, entry BLOB NOT NULL);
        CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO meta VALUES ('format', 1), ('revision', 0), ('probe', 0);
        COMMIT;
        """;

    // FULL syncs the log with every commit. The writer decides when the log moves into the file; it is truncated when it exceeds 16 MiB.
    private const string Settings = """
        PRAGMA synchronous = FULL;
        PRAGMA fullfsync = 1;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA journal_size_limit = 16777216;
        PRAGMA cache_size = -32768;
        PRAGMA mmap_size = 0;
        """;

    /// <summary>
    /// Opens the file for its one owner. It is created only when <paramref name="mayCreate"/> is true: a file that disappears while the
    /// gateway runs must not be replaced by an empty one. Throws <see cref="SqliteException"/>, <see cref="IOException"/> or
    /// <see cref="LedgerFormatException"/>.
    /// </summary>
    public static sqlite3 OpenForWriting(string path, bool mayCreate, TimeSpan busyTimeout)
    {
        if (mayCreate)
        {
            PosixFiles.CreateForOwner(path);
        }

        sqlite3 connection = RawSqlite.Open(path, SQLITE_OPEN_READWRITE, busyTimeout);
        try
        {
            if (mayCreate && IsEmpty(connection, path))
            {
                connection.Execute(Create);
            }

            CheckFormat(connection.ReadNumber, path);
            connection.Execute(Settings);

            // Data that a killed process or a failed sync left in the log may be readable without being on the disk, and a later sync of
            // the log would not write it again. Moving the log into the file writes and syncs it before anything is read.
            return connection.Checkpoint(SQLITE_CHECKPOINT_TRUNCATE) ? connection : throw connection.Error(SQLITE_BUSY);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the file read-only beside its owner. Throws <see cref="SqliteException"/> or <see cref="LedgerFormatException"/>.
    /// </summary>
    public static SqliteConnection OpenForReading(string path, TimeSpan busyTimeout)
    {
        string file = Path.GetFullPath(path);
        try
        {
            return OpenForReading(file, path, busyTimeout);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == SQLITE_CANTOPEN
            && File.Exists(path)
            && !File.Exists(path + "-wal"))
        {
            // On a read-only medium SQLite cannot create the index of the missing log.
            return OpenForReading(new Uri(file).AbsoluteUri + "?immutable=1", path, busyTimeout);
        }
    }

    private static SqliteConnection OpenForReading(string source, string path, TimeSpan busyTimeout)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = source,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false, // a pool would hand out a connection again that has failed
            DefaultTimeout = (int)Math.Ceiling(busyTimeout.TotalSeconds), // in seconds; 0 would wait indefinitely
        }.ConnectionString);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            CheckFormat(
                sql =>
                {
                    command.CommandText = sql;
                    return command.ExecuteScalar() as long?;
                },
                path);
            command.CommandText = "PRAGMA query_only = 1; PRAGMA mmap_size = 0; PRAGMA cache_size = -8192;";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static bool IsEmpty(sqlite3 connection, string path)
    {
        try
        {
            return connection.ReadNumber("SELECT count(*) FROM sqlite_master") == 0;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == SQLITE_NOTADB)
        {
            throw new LedgerFormatException($"{path} is not a ledger of this gateway.", exception);
        }
    }

    private static void CheckFormat(Func<string, long?> readNumber, string path)
    {
        long? format;
        try
        {
            format = readNumber("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'") == 1
                ? readNumber("SELECT value FROM meta WHERE name = 'format'")
                : null;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == SQLITE_NOTADB)
        {
            format = null;
        }

        if (format != Format)
        {
            throw new LedgerFormatException(format is null
                ? $"{path} is not a ledger of this gateway."
                : $"The ledger {path} has format {format}; this version reads format {Format}. A newer gateway wrote it: use that "
                    + $"version.");
        }
    }
}
