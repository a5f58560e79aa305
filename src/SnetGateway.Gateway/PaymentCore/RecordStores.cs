using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.Storage.Journal;
using SnetGateway.Storage.Memory;
using SnetGateway.Storage.Redis;
using SnetGateway.Storage.Sqlite;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>Opens the store that the options name.</summary>
internal static class RecordStores
{
    /// <summary>
    /// Opens it, and creates its file if there is none. Throws <see cref="LedgerInUseException"/>, <see cref="LedgerFormatException"/> or
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
            "etcd" => new EtcdRecordStore(options, scope, metrics, loggers.CreateLogger<EtcdRecordStore>(), time),
            "redis" => new RedisRecordStore(options, scope, metrics, loggers.CreateLogger<RedisRecordStore>(), time),
            _ => throw new ArgumentException(
                $"Unknown ledger store '{options.Store}'. Expected one of: memory, sqlite, etcd, redis.", nameof(options)),
        };
    }

    /// <summary>
    /// Opens it for a command, read-only, while gateways write it. History comes from <paramref name="journals"/> where the store holds
    /// records only. Throws <see cref="StoreUnavailableException"/> or <see cref="LedgerFormatException"/>.
    /// </summary>
    public static IRecordStore OpenToRead(LedgerOptions options, LedgerScope scope, IReadOnlyList<string> journals)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Store switch
        {
            "sqlite" => SqliteRecordStore.OpenReadOnly(options.Path, scope),
            "etcd" => WithJournals(EtcdRecordStore.OpenReadOnly(options, scope), options, scope, journals),
            "redis" => WithJournals(RedisRecordStore.OpenReadOnly(options, scope, TimeProvider.System), options, scope, journals),
            _ => throw new ArgumentException($"The ledger store '{options.Store}' cannot be opened to read.", nameof(options)),
        };
    }

    /// <summary>The records of a shared store with the journals of its gateways; by default this gateway's own, if it has one.</summary>
    private static JournaledReadStore WithJournals(
        IRecordStore records, LedgerOptions options, LedgerScope scope, IReadOnlyList<string> journals)
    {
        bool hasOwn = Directory.Exists(options.Journal.Path);
        return new(records, new JournalReader(journals.Count > 0 || !hasOwn ? journals : [options.Journal.Path], scope));
    }
}
