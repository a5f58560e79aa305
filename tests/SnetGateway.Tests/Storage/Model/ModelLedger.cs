using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.Storage.Journal;
using SnetGateway.Storage.Memory;
using SnetGateway.Storage.Redis;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Stores;
using SnetGateway.TestKit.Stores.Model;
using SnetGateway.Tests.Storage.Etcd;

namespace SnetGateway.Tests.Storage.Model;

/// <summary>
/// A ledger for histories of the model: one store, or three replicas of a shared one, all with clocks that jump. Several histories may run
/// on it concurrently, each on its own records.
/// </summary>
internal sealed class ModelLedger(IReadOnlyList<IRecordStore> replicas, JournalReader? journals, IDisposable? folder) : IAsyncDisposable
{
    private const int RecordsOfAHistory = 16;
    private const int Replicas = 3;

    private readonly Lock _lock = new();
    private int _histories;

    public static ModelLedger Memory() => new([new MemoryRecordStore()], null, null);

    public static ModelLedger Sqlite(int seed)
    {
        var folder = new LedgerFolder();
        return new([folder.Open(time: new JumpingClock(seed))], null, folder);
    }

    public static ModelLedger Redis(RedisProcess redis, string prefix, int seed)
    {
        LedgerOptions[] options =
            [.. Enumerable.Range(0, Replicas).Select(i => redis.Options(prefix, Path.Combine(redis.Folder, $"journal-{prefix}-{i}")))];
        return Shared(options, one => new RedisRecordStore(
            one, LedgerFolder.Scope, LedgerFolder.Metrics, NullLogger<RedisRecordStore>.Instance, new JumpingClock(seed)));
    }

    public static ModelLedger Etcd(EtcdProcess etcd, int seed)
    {
        string prefix = EtcdLedger.NewPrefix();
        LedgerOptions[] options = [.. Enumerable.Range(0, Replicas).Select(_ =>
        {
            LedgerOptions one = EtcdLedger.Options(etcd.Endpoint);
            one.Etcd.KeyPrefix = prefix;
            return one;
        })];
        return Shared(options, one => new EtcdRecordStore(
            one, LedgerFolder.Scope, LedgerFolder.Metrics, NullLogger<EtcdRecordStore>.Instance, new JumpingClock(seed)));
    }

    /// <summary>Runs one history on records that no other history uses.</summary>
    public Task<ModelCounts> RunAsync(int seed) => StoreModel.RunAsync(
        replicas, JournalAsync, seed, Interlocked.Increment(ref _histories) * RecordsOfAHistory,
        replicas[0] is not SqliteRecordStore && journals is null);

    public async ValueTask DisposeAsync()
    {
        foreach (IRecordStore replica in replicas)
        {
            await replica.DisposeAsync();
        }

        journals?.Dispose();
        folder?.Dispose();
    }

    private static ModelLedger Shared(LedgerOptions[] options, Func<LedgerOptions, IRecordStore> open)
    {
        foreach (LedgerOptions one in options)
        {
            Directory.CreateDirectory(one.Journal.Path);
        }

        return new([.. options.Select(open)], new JournalReader(options.Select(one => one.Journal.Path), LedgerFolder.Scope), null);
    }

    private async Task<IReadOnlyList<StoredEntry>> JournalAsync(RecordKey key)
    {
        if (journals is null)
        {
            return await replicas[0].ReadJournalAsync(key, CancellationToken.None).ToArrayAsync();
        }

        foreach (IRecordStore replica in replicas)
        {
            // Reading a missing record's journal flushes the journal and returns nothing.
            await replica.ReadJournalAsync(new RecordKey(RecordKind.ChainCursor, new byte[] { 0 }), CancellationToken.None).CountAsync();
        }

        lock (_lock)
        {
            journals.Refresh();
            return [.. journals.Read(key)];
        }
    }
}
