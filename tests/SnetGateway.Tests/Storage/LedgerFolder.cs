using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.Storage.Sqlite;

namespace SnetGateway.Tests.Storage;

/// <summary>A temporary folder for one test, and ledgers in it.</summary>
internal sealed class LedgerFolder : IDisposable
{
    public static readonly LedgerScope Scope = new(1, Address.Parse("0x5e592f9b1d303183d963635f895f0f0c48284f4e"));

    private static readonly ServiceProvider s_services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public string Folder { get; } = Directory.CreateTempSubdirectory("snet-ledger-").FullName;

    public string File => Path.Combine(Folder, "ledger.db");

    public static StorageMetrics Metrics { get; } = new(s_services.GetRequiredService<IMeterFactory>());

    public LedgerOptions Options => new() { Path = File, CommitTimeout = TimeSpan.FromSeconds(30) };

    public SqliteRecordStore Open(LedgerOptions? options = null, LedgerScope? scope = null, TimeProvider? time = null) =>
        Open(options ?? Options, scope ?? Scope, time ?? TimeProvider.System);

    public static SqliteRecordStore Open(LedgerOptions options, LedgerScope scope, TimeProvider time) =>
        new(options, scope, Metrics, NullLogger<SqliteRecordStore>.Instance, time);

    /// <summary>Opens an existing file directly, with or without the store.</summary>
    public static SqliteConnection OpenDirectly(string path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    /// <summary>A connection that holds the file's write lock: the store's next transaction waits until <c>ROLLBACK</c>.</summary>
    public SqliteConnection Hold()
    {
        SqliteConnection holder = OpenDirectly(File);
        holder.Execute("BEGIN IMMEDIATE");
        return holder;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

internal static class SqliteConnectionExtensions
{
    public static void Execute(this SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // tests have no input
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
