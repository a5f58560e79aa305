using System.Diagnostics.Metrics;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage.Etcd;

/// <summary>Settles in one batch, their comparisons, and their keys.</summary>
[Trait("Needs", "etcd")]
public sealed class EtcdBatchTests(EtcdFixture fixture) : IClassFixture<EtcdFixture>
{
    private static readonly byte[] s_value = new byte[700];

    [Fact]
    [Rule(17)]
    public async Task Batch_OneConflict_FailsOnlyItsOwnCall()
    {
        await using EtcdRecordStore store = EtcdLedger.Open(fixture.Etcd);
        CommitResult[] results =
            await Task.WhenAll(Enumerable.Range(0, 200).Select(i => store.Write(i, expected: i % 7 == 3 ? 99 : 0, s_value)));
        Assert.All(results.Index(), result => Assert.Equal(
            result.Index % 7 == 3 ? CommitOutcome.Conflict : CommitOutcome.Committed, result.Item.Outcome));
        Assert.Equal(
            200 - results.Count(result => result.Outcome == CommitOutcome.Conflict),
            await store.ReadAllAsync(CancellationToken.None).CountAsync());
    }

    /// <summary>
    /// A response without one part for each commit says nothing certain: the whole batch is in doubt, and no commit waits indefinitely.
    /// </summary>
    [Theory]
    [InlineData(2, 2, true)]
    [InlineData(2, 1, false)]
    [InlineData(2, 3, false)]
    [InlineData(1, 0, false)]
    public void ResponseToABatch_HasOnePartForEachCommit(int commits, int parts, bool isAnswer)
    {
        var batch = new CommitBatch();
        for (int i = 0; i < commits; i++)
        {
            Assert.True(batch.TryAdd(new PendingCommit(new[] { new RecordWrite(StoreData.Key(i), 0, s_value) }, 0), []));
        }

        var answer = new TxnResponse { Header = new ResponseHeader(), Succeeded = true };
        for (int i = 0; i < parts; i++)
        {
            answer.Responses.Add(new ResponseOp { ResponseTxn = new TxnResponse() });
        }

        Assert.Equal(isAnswer, batch.IsCompleteResponse(answer));
        answer.Header = null;
        Assert.False(batch.IsCompleteResponse(answer));
    }

    [Fact]
    [Rule(17)]
    public async Task Batch_NeverExceedsEtcdsLimit()
    {
        // Commits of 1 and of 32 writes together: etcd's limit of 128 counts the inner transactions and the operations of the largest.
        await using EtcdRecordStore store = EtcdLedger.Open(fixture.Etcd);
        CommitResult[] results = await Task.WhenAll(Enumerable.Range(0, 600).Select(i => store.CommitAsync(
            Enumerable.Range(0, i % 10 == 0 ? StoreLimits.MaxWrites : 1)
                .Select(w => new RecordWrite(StoreData.Key((i * 100) + w), 0, s_value))
                .ToArray(),
            CancellationToken.None).AsTask()));
        Assert.All(results, result => Assert.Equal(CommitOutcome.Committed, result.Outcome));
    }

    [Fact]
    [Rule(17)]
    public async Task ConcurrentWritesOfOneKey_AreNeverInOneBatch_AndOneWins()
    {
        // etcd rejects a transaction that writes a key twice.
        const int Keys = 4;
        await using EtcdRecordStore store = EtcdLedger.Open(fixture.Etcd);
        CommitResult[] results = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => store.Write(i % Keys, expected: 0, s_value)));
        foreach (IGrouping<int, (int Index, CommitResult Item)> key in results.Index().GroupBy(result => result.Index % Keys))
        {
            Assert.Single(key, result => result.Item.Outcome == CommitOutcome.Committed);
            Assert.Equal(key.Count() - 1, key.Count(result => result.Item.Outcome == CommitOutcome.Conflict));
        }
    }

    [Fact]
    public async Task Batch_OfTheLargestValues_StaysBelowTheLargestRequest()
    {
        await using EtcdRecordStore store = EtcdLedger.Open(fixture.Etcd);
        byte[] large = new byte[StoreLimits.MaxValueLength];
        CommitResult[] results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => store.Write(i, 0, large)));
        Assert.All(results, result => Assert.Equal(CommitOutcome.Committed, result.Outcome));
    }

    [Fact]
    [Rule(17)]
    public async Task SixtyFourConcurrentChannels_CostLessThanOneRoundTripPerSettle()
    {
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = services.GetRequiredService<IMeterFactory>();
        long roundTrips = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "snet_gateway.ledger.store.round_trips")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref roundTrips, count));
        listener.Start();
        await using EtcdRecordStore store = EtcdLedger.Open(EtcdLedger.Options(fixture.Etcd.Endpoint), new StorageMetrics(meters));

        const int Channels = 64, Settles = 50;
        await Task.WhenAll(Enumerable.Range(0, Channels).Select(async channel =>
        {
            long revision = 0;
            for (int i = 0; i < Settles; i++)
            {
                revision = await store.MustWrite(channel, revision, s_value);
            }
        }));
        Assert.InRange((double)Interlocked.Read(ref roundTrips) / (Channels * Settles), 0.001, 0.5);
    }

    [Fact]
    public async Task ReadAll_CompactedBetweenPages_ContinuesAtTheCurrentRevision()
    {
        await using EtcdRecordStore store = EtcdLedger.Open(fixture.Etcd);
        await Task.WhenAll(Enumerable.Range(0, 1100).Select(i => store.MustWrite(i, 0, [1])));
        var seen = new HashSet<RecordKey>();
        await foreach (StoredRecord record in store.ReadAllAsync(CancellationToken.None))
        {
            if (seen.Count == 0)
            {
                long newest = await store.MustWrite(5000, 0, [2]);
                await fixture.Etcd.ControlAsync("compact", newest.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            Assert.True(seen.Add(record.Key));
        }

        Assert.Equal(1101, seen.Count);
    }

    [Fact]
    [Rule(16)]
    public async Task Scope_OtherChainContractOrPrefix_SharesNoRecord()
    {
        LedgerOptions options = EtcdLedger.Options(fixture.Etcd.Endpoint);
        LedgerScope other = LedgerFolder.Scope with { ChainId = 5 };
        await using EtcdRecordStore store = EtcdLedger.Open(options);
        await using var otherChain = new EtcdRecordStore(
            options, other, LedgerFolder.Metrics, new LogLines(), TimeProvider.System);
        await using EtcdRecordStore otherPrefix = EtcdLedger.Open(fixture.Etcd);
        await store.MustWrite(1, 0, [1]);
        Assert.Null(await otherChain.Read(1));
        Assert.Null(await otherPrefix.Read(1));
        await otherChain.MustWrite(1, 0, [2]);
        Assert.Single(await otherChain.ReadAllAsync(CancellationToken.None).ToArrayAsync());
    }

    [Fact]
    [Rule(16)]
    public void StoredKeyInEtcd_HasTheseBytes()
    {
        var keys = new EtcdKeys("p/", new LedgerScope(1, Address.Parse("0x5e592f9b1d303183d963635f895f0f0c48284f4e")));
        const string Ledger = "702f" + "01" + "0000000000000001" + "5e592f9b1d303183d963635f895f0f0c48284f4e";
        ByteString key = keys.Of(new RecordKey(RecordKind.PaidChannel, new byte[] { 0xAB, 0xCD }));
        Assert.Equal(Ledger + "01" + "abcd", Convert.ToHexStringLower(key.Span));
        Assert.Equal(Ledger + "00" + Convert.ToHexStringLower("format"u8), Convert.ToHexStringLower(keys.Format.Span));
        Assert.True(keys.TryRead(key, out RecordKey read));
        Assert.Equal(new RecordKey(RecordKind.PaidChannel, new byte[] { 0xAB, 0xCD }), read);
        Assert.False(keys.TryRead(keys.Format, out _));
    }

    [Fact]
    [Rule(16)]
    public async Task Format_ThatNamesAnotherVersion_StopsEverySettleImmediately()
    {
        LedgerOptions options = EtcdLedger.Options(fixture.Etcd.Endpoint);
        await using EtcdRecordStore store = EtcdLedger.Open(options);
        long revision = await store.MustWrite(1, 0, [1]);

        await SetFormatAsync(options, "1 2"); // a rolling upgrade begins: both write
        revision = await store.MustWrite(1, revision, [2]);
        await store.ProbeAsync(CancellationToken.None);

        await SetFormatAsync(options, "2"); // and ends
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, revision, [3])).Outcome);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(CancellationToken.None).AsTask());
        await using EtcdRecordStore late = EtcdLedger.Open(options);
        await Assert.ThrowsAsync<LedgerFormatException>(() => late.ReadAllAsync(CancellationToken.None).ToArrayAsync().AsTask());

        await SetFormatAsync(options, "1"); // taken back
        await store.MustWrite(1, revision, [4]);
    }

    [Fact]
    [Rule(16)]
    public async Task Format_DeletedWithTheLedger_NoNewLedgerIsCreated()
    {
        LedgerOptions options = EtcdLedger.Options(fixture.Etcd.Endpoint);
        await using EtcdRecordStore store = EtcdLedger.Open(options);
        await store.MustWrite(1, 0, [1]);
        await fixture.Etcd.ControlAsync("del", "--prefix", options.Etcd.KeyPrefix);
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(2, 0, [2])).Outcome);
        StoreUnavailableException refused =
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(CancellationToken.None).AsTask());
        Assert.Contains("deleted", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_LeaveNoRevisionBehind()
    {
        await using EtcdRecordStore store = EtcdLedger.Open(fixture.Etcd);
        long before = await store.MustWrite(1, 0, [1]);
        for (int i = 0; i < 20; i++)
        {
            await store.ProbeAsync(CancellationToken.None);
        }

        // Other tests of this class run one after the other on this etcd: the next revision is the next write's.
        Assert.Equal(before + 1, await store.MustWrite(2, 0, [1]));
    }

    private static async Task SetFormatAsync(LedgerOptions options, string versions)
    {
        using var client = new EtcdClient(options.Etcd, null, TimeProvider.System, NullLogger.Instance);
        var keys = new EtcdKeys(options.Etcd.KeyPrefix, LedgerFolder.Scope);
        var put = new RequestOp { RequestPut = new PutRequest { Key = keys.Format, Value = ByteString.CopyFromUtf8(versions) } };
        await client.TxnAsync(new TxnRequest { Success = { put } }, mayRepeat: true, StoreCalls.Patience, CancellationToken.None);
    }
}
