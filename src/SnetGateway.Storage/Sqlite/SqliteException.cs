namespace SnetGateway.Storage.Sqlite;

/// <summary>SQLite refused something. Never leaves the storage: callers of the store see outcomes.</summary>
internal sealed class SqliteException(int code, string message) : Exception($"{message} (SQLite code {code})")
{
    /// <summary>The result code without its detail.</summary>
    public int PrimaryCode => code & 0xff;
}
