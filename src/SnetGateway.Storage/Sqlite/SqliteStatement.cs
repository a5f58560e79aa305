namespace SnetGateway.Storage.Sqlite;

/// <summary>A prepared statement. Bound memory is not copied: it must stay where it is until the statement has run.</summary>
internal sealed unsafe class SqliteStatement(SqliteConnection connection, nint handle) : IDisposable
{
    private nint _handle = handle;

    public void Bind(int index, long value) => Check(SqliteNative.BindInt64(_handle, index, value));

    public void Bind(int index, byte* value, int length) => Check(SqliteNative.BindBlob(_handle, index, value, length, 0));

    /// <summary>Runs to the next row; false at the end. Throws <see cref="SqliteException"/> with the statement reset.</summary>
    public bool Step()
    {
        int code = SqliteNative.Step(_handle);
        if (code == SqliteNative.Row)
        {
            return true;
        }

        if (code == SqliteNative.Done)
        {
            return false;
        }

        SqliteException error = connection.Error(code);
        Reset();
        throw error;
    }

    /// <summary>Runs a statement that gives no rows, and makes it ready for the next run.</summary>
    public void Run()
    {
        while (Step())
        {
        }

        Reset();
    }

    /// <summary>Ends a run, which also ends the read that it may hold.</summary>
    public void Reset() => _ = SqliteNative.Reset(_handle);

    public bool IsNull(int column) => SqliteNative.ColumnType(_handle, column) == SqliteNative.Null;

    public long Number(int column) => SqliteNative.ColumnInt64(_handle, column);

    /// <summary>The bytes of a column, until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column)
    {
        byte* first = SqliteNative.ColumnBlob(_handle, column);
        return new ReadOnlySpan<byte>(first, SqliteNative.ColumnBytes(_handle, column));
    }

    public void Dispose()
    {
        _ = SqliteNative.FinalizeStatement(_handle);
        _handle = 0;
    }

    private void Check(int code)
    {
        if (code != SqliteNative.Ok)
        {
            throw connection.Error(code);
        }
    }
}
