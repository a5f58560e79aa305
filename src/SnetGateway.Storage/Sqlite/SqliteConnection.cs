using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace SnetGateway.Storage.Sqlite;

/// <summary>One open SQLite file. Belongs to one thread at a time.</summary>
internal sealed unsafe class SqliteConnection : IDisposable
{
    private readonly List<SqliteStatement> _statements = [];
    private nint _handle;
    private int* _walPages;

    private SqliteConnection(nint handle) => _handle = handle;

    /// <summary>No transaction is open.</summary>
    public bool IsIdle => SqliteNative.GetAutocommit(_handle) != 0;

    /// <summary>Pages that the write-ahead log held after the last commit of this connection.</summary>
    public int WalPages => _walPages is null ? 0 : *_walPages;

    /// <summary>Opens a file that exists, or throws <see cref="SqliteException"/>.</summary>
    public static SqliteConnection Open(string path, int flags, TimeSpan busyTimeout)
    {
        nint handle;
        int code;
        fixed (byte* name = Terminated(path))
        {
            code = SqliteNative.Open(name, &handle, flags | SqliteNative.OpenNoMutex, null);
        }

        var connection = new SqliteConnection(handle);
        if (code != SqliteNative.Ok)
        {
            using (connection)
            {
                throw connection.Error(code);
            }
        }

        _ = SqliteNative.ExtendedResultCodes(handle, 1);
        _ = SqliteNative.BusyTimeout(handle, (int)busyTimeout.TotalMilliseconds);
        return connection;
    }

    /// <summary>Hands the connection over to what is made on it: it is closed where that cannot be made.</summary>
    public T HandTo<T>(Func<SqliteConnection, T> make)
    {
        try
        {
            return make(this);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Takes the write-ahead log's growth into our own hands: nothing is moved into the file but by <see cref="Checkpoint"/>.</summary>
    public void WatchWal()
    {
        _walPages = (int*)NativeMemory.AllocZeroed(sizeof(int));
        _ = SqliteNative.WalHook(_handle, &OnCommit, (nint)_walPages);
    }

    /// <summary>Runs statements that give no rows, or rows that nobody needs.</summary>
    public void Execute(string sql)
    {
        fixed (byte* first = Terminated(sql))
        {
            byte* next = first;
            while (*next != 0)
            {
                nint statement;
                Check(SqliteNative.Prepare(_handle, next, -1, 0, &statement, &next));
                if (statement == 0)
                {
                    break; // only white space was left
                }

                int code;
                do
                {
                    code = SqliteNative.Step(statement);
                }
                while (code == SqliteNative.Row);

                SqliteException? error = code == SqliteNative.Done ? null : Error(code);
                _ = SqliteNative.FinalizeStatement(statement);
                if (error is not null)
                {
                    throw error;
                }
            }
        }
    }

    /// <summary>The one number that a statement gives; null when it gives no row or no value.</summary>
    public long? ReadNumber(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Step() && !statement.IsNull(0) ? statement.Number(0) : null;
    }

    /// <summary>A statement for many runs. Ends with the connection at the latest.</summary>
    public SqliteStatement Prepare(string sql)
    {
        const uint persistent = 1;
        nint handle;
        fixed (byte* text = Terminated(sql))
        {
            Check(SqliteNative.Prepare(_handle, text, -1, persistent, &handle, null));
        }

        var statement = new SqliteStatement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Moves the write-ahead log into the file, synced. False when somebody's reading or writing kept it from moving all of it.</summary>
    public bool Checkpoint(int mode)
    {
        int inLog, moved;
        int code = SqliteNative.Checkpoint(_handle, null, mode, &inLog, &moved);
        if ((code & 0xff) == SqliteNative.Busy)
        {
            return false;
        }

        Check(code);
        if (inLog != moved)
        {
            return false;
        }

        if (_walPages is not null)
        {
            *_walPages = 0;
        }

        return true;
    }

    public SqliteException Error(int code) =>
        new(code, _handle == 0 ? "out of memory" : Marshal.PtrToStringUTF8((nint)SqliteNative.ErrorMessage(_handle)) ?? "unknown");

    public void Dispose()
    {
        foreach (SqliteStatement statement in _statements)
        {
            statement.Dispose();
        }

        _ = SqliteNative.Close(_handle);
        _handle = 0;
        NativeMemory.Free(_walPages);
        _walPages = null;
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [UnmanagedCallersOnly]
    private static int OnCommit(nint context, nint connection, byte* database, int pages)
    {
        *(int*)context = pages;
        return SqliteNative.Ok;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Check(int code)
    {
        if (code != SqliteNative.Ok)
        {
            throw Error(code);
        }
    }
}
