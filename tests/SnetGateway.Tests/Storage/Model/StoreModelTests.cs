using System.Runtime.CompilerServices;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Stores;
using SnetGateway.TestKit.Stores.Model;
using SnetGateway.Tests.Storage.Etcd;
using Xunit;

namespace SnetGateway.Tests.Storage.Model;

/// <summary>
/// The short form of the store model on every store; tests/campaigns/store-model.sh is the long one. SNET_TEST_SEED repeats a run: on the
/// memory store step by step, on the others with the same choices.
/// </summary>
[Trait("Needs", "redis")]
public sealed class StoreModelTests(RedisFixture redis, EtcdFixture etcd, ITestOutputHelper output)
    : IClassFixture<RedisFixture>, IClassFixture<EtcdFixture>
{
    [Fact]
    [Rule(7)]
    public async Task MemoryStore_GeneratedHistories_KeepEveryInvariant() => await RunAsync(ModelLedger.Memory(), 150);

    [Fact]
    [Rule(7)]
    public async Task SqliteStore_GeneratedHistories_KeepEveryInvariant() => await RunAsync(ModelLedger.Sqlite(1), 20);

    [Fact]
    [Rule(7)]
    public async Task RedisStore_GeneratedHistoriesOnThreeReplicas_KeepEveryInvariant() =>
        await RunAsync(ModelLedger.Redis(redis.Redis, "model", 1), 20);

    [Fact]
    [Rule(7)]
    public async Task EtcdStore_GeneratedHistoriesOnThreeReplicas_KeepEveryInvariant() =>
        await RunAsync(ModelLedger.Etcd(etcd.Etcd, 1), 20);

    [Fact]
    public async Task SameSeed_GivesTheSameHistory()
    {
        int seed = Seeds.Next(output.WriteLine);
        Assert.Equal(await OneAsync(), await OneAsync());

        async Task<ModelCounts> OneAsync()
        {
            await using var ledger = ModelLedger.Memory();
            return await ledger.RunAsync(seed);
        }
    }

    [Theory]
    [InlineData(Break.ComparesNothing)]
    [InlineData(Break.LosesAnAcknowledgedWrite)]
    [InlineData(Break.WritesHalfOfACommit)]
    [InlineData(Break.ForgetsAnEntry)]
    [InlineData(Break.ReadsWhatWasBefore)]
    [Rule(7)]
    public async Task BrokenStore_IsFound(Break how)
    {
        int seed = Seeds.Next(output.WriteLine);
        for (int i = 0; i < 500; i++)
        {
            await using ModelLedger ledger = new([new BrokenStore(how, seed + i)], null, null);
            try
            {
                await ledger.RunAsync(seed + i);
            }
            catch (StoreConformanceException)
            {
                return;
            }
        }

        Assert.Fail("500 histories on a broken store broke nothing");
    }

    private async Task RunAsync(ModelLedger opened, int histories)
    {
        await using ModelLedger ledger = opened;
        int seed = Seeds.Next(output.WriteLine);
        ModelCounts all = default;
        for (int i = 0; i < histories; i++)
        {
            all += await ledger.RunAsync(seed + i);
        }

        output.WriteLine($"{histories} histories: {all}");
        Assert.True(all.Settled > histories && all.Lost > histories && all.Late > 0, $"{all}");
    }

    /// <summary>What a store can do wrong that the model must find.</summary>
    public enum Break
    {
        ComparesNothing,
        LosesAnAcknowledgedWrite,
        WritesHalfOfACommit,
        ForgetsAnEntry,
        ReadsWhatWasBefore,
    }

    private sealed class BrokenStore(Break how, int seed) : IRecordStore
    {
        private readonly MemoryRecordStore _inner = new();
        private readonly Random _random = new(seed);
        private readonly Dictionary<RecordKey, StoredRecord?> _before = [];
        private long _lastRevision;

        public bool IsShared => false;

        public async ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
        {
            RecordWrite[] all = writes.ToArray();
            foreach (RecordWrite write in all)
            {
                _before[write.Key] = await _inner.ReadAsync(write.Key, cancellationToken);
            }

            bool isNow = _random.Next(5) == 0;
            if (isNow && how == Break.ComparesNothing)
            {
                all = [.. all.Select(write => write with { ExpectedRevision = _before[write.Key]?.Revision ?? 0 })];
            }
            else if (isNow
                && how == Break.LosesAnAcknowledgedWrite
                && all.All(write => (_before[write.Key]?.Revision ?? 0) == write.ExpectedRevision))
            {
                return new CommitResult(CommitOutcome.Committed, ++_lastRevision);
            }
            else if (how == Break.WritesHalfOfACommit)
            {
                all = all[..1];
            }
            else if (isNow && how == Break.ForgetsAnEntry)
            {
                all = [.. all.Select(write => write with { Entry = default })];
            }

            CommitResult result = await _inner.CommitAsync(all, cancellationToken);
            _lastRevision = Math.Max(_lastRevision, result.Revision);
            return result;
        }

        public async ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken) =>
            how == Break.ReadsWhatWasBefore && _random.Next(20) == 0 && _before.TryGetValue(key, out StoredRecord? before)
                ? before
                : await _inner.ReadAsync(key, cancellationToken);

        public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) => _inner.ReadAllAsync(cancellationToken);

        public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
            _inner.ReadAllAsync(kind, cancellationToken);

        public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => _inner.WatchAsync(cancellationToken);

        public async IAsyncEnumerable<StoredEntry> ReadJournalAsync(
            RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (StoredEntry entry in _inner.ReadJournalAsync(key, cancellationToken))
            {
                yield return entry;
            }
        }

        public ValueTask ProbeAsync(CancellationToken cancellationToken) => _inner.ProbeAsync(cancellationToken);

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }
}
