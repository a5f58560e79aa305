using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.Storage.Journal;
using SnetGateway.Storage.Memory;
using SnetGateway.Storage.Redis;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Payments;
using SnetGateway.TestKit.Stores;
using SnetGateway.TestKit.Stores.Model;
using SnetGateway.Tests.Payments;
using SnetGateway.Tests.Payments.Model;
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
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

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

    /// <summary>Runs one history of the payment model on channels and users that no other history uses.</summary>
    public async Task<ModelCounts> RunPaymentsAsync(int seed)
    {
        try
        {
            return await new PaymentHistory(replicas, seed, Interlocked.Increment(ref _histories)).RunAsync().WaitAsync(s_patience);
        }
        catch (Exception exception)
        {
            throw new StoreConformanceException($"the payments of seed {seed} broke: {exception.Message}", exception);
        }
    }

    /// <summary>What an operator's `ledger verify` finds: nothing.</summary>
    public async Task VerifyPaymentsAsync()
    {
        await JournalAsync(new RecordKey(RecordKind.ChainCursor, new byte[] { 0 })); // all journals are flushed and read
        var merged = new MergedLedger(
            replicas[0],
            journals is null ? JournalAsync : key => Task.FromResult<IReadOnlyList<StoredEntry>>([.. journals.Read(key)]));
        await foreach (ChannelVerification finding in new LedgerVerifier(
            merged, new FakeSigners(), PaymentRig.Escrow, TimeProvider.System).VerifyAsync(default))
        {
            Throw(finding.Channel, finding.Faults);
        }

        await foreach (CounterVerification finding in new CounterVerifier(merged, TimeProvider.System).VerifyAsync(default))
        {
            Throw(finding.Name, finding.Faults);
        }

        static void Throw(string name, IReadOnlyList<string> faults)
        {
            if (faults.Count > 0)
            {
                throw new StoreConformanceException($"{name}: {string.Join("; ", faults)}");
            }
        }
    }

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
