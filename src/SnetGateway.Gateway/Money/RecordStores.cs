using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Memory;
using SnetGateway.Storage.Sqlite;

namespace SnetGateway.Gateway.Money;

/// <summary>Opens the store that the options name.</summary>
internal static class RecordStores
{
    /// <summary>
    /// Opens it, and makes its file when there is none. Throws <see cref="LedgerInUseException"/>, <see cref="LedgerFormatException"/> or
    /// <see cref="StoreUnavailableException"/>, each with a message for the operator.
    /// </summary>
    public static IRecordStore Open(
        LedgerOptions options, LedgerScope scope, StorageMetrics metrics, ILoggerFactory loggers, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Store switch
        {
            "memory" => new MemoryRecordStore(),
            "sqlite" => new SqliteRecordStore(options, scope, metrics, loggers.CreateLogger<SqliteRecordStore>(), time),
            _ => throw new ArgumentException($"There is no ledger store '{options.Store}': sqlite or memory.", nameof(options)),
        };
    }
}
