using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.Tests.Storage.Etcd;

/// <summary>Each gateway sees the writes of the others.</summary>
[Trait("Needs", "etcd")]
public sealed class EtcdFeedTests(EtcdFixture fixture) : IClassFixture<EtcdFixture>
{
    [Fact]
    public async Task Watch_TwoStores_EachSeesTheOthersWrites()
    {
        LedgerOptions options = EtcdLedger.Options(fixture.Etcd.Endpoint);
        await using EtcdRecordStore one = EtcdLedger.Open(options);
        await using EtcdRecordStore two = EtcdLedger.Open(options);
        _ = await two.ReadAllAsync(CancellationToken.None).ToArrayAsync();
        await using IAsyncEnumerator<StoredRecord> feed = two.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        long revision = 0;
        for (byte i = 1; i <= 20; i++)
        {
            revision = await one.MustWrite(1, revision, [i]);
            Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(StoreCalls.Patience));
            Assert.Equal((revision, i), (feed.Current.Revision, feed.Current.Value.Span[0]));
        }
    }

    [Fact]
    public async Task Watch_Disconnected_ContinuesWhereItWas()
    {
        await using var relay = new TcpRelay(fixture.Etcd.Endpoint);
        (EtcdRecordStore near, EtcdRecordStore far) = Open(relay);
        await using (near)
        await using (far)
        {
            _ = await far.ReadAllAsync(CancellationToken.None).ToArrayAsync();
            await using IAsyncEnumerator<StoredRecord> feed = far.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
            long revision = await near.MustWrite(1, 0, [1]);
            Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(StoreCalls.Patience));
            relay.Mode = TcpRelayMode.Refuses;
            relay.Cut();
            for (byte i = 2; i <= 5; i++)
            {
                revision = await near.MustWrite(1, revision, [i]);
            }

            relay.Mode = TcpRelayMode.Passes;
            for (byte i = 2; i <= 5; i++)
            {
                Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(StoreCalls.Patience));
                Assert.Equal(i, feed.Current.Value.Span[0]);
            }
        }
    }

    [Fact]
    public async Task Watch_DisconnectedAndCompacted_ReadsEverythingAgain()
    {
        await using var relay = new TcpRelay(fixture.Etcd.Endpoint);
        (EtcdRecordStore near, EtcdRecordStore far) = Open(relay);
        await using (near)
        await using (far)
        {
            long one = await near.MustWrite(1, 0, [1]);
            _ = await far.ReadAllAsync(CancellationToken.None).ToArrayAsync();
            await using IAsyncEnumerator<StoredRecord> feed = far.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
            one = await near.MustWrite(1, one, [2]);
            Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(StoreCalls.Patience));
            relay.Mode = TcpRelayMode.Refuses;
            relay.Cut();
            one = await near.MustWrite(1, one, [3]);
            long two = await near.MustWrite(2, 0, [4]);
            two = await near.MustWrite(2, two, [5]);
            await fixture.Etcd.ControlAsync("compact", two.ToString(System.Globalization.CultureInfo.InvariantCulture));

            relay.Mode = TcpRelayMode.Passes;
            var newest = new Dictionary<long, byte>();
            while (newest.Count < 2)
            {
                Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(StoreCalls.Patience));
                newest[feed.Current.Revision] = feed.Current.Value.Span[0];
            }

            Assert.Equal(new Dictionary<long, byte> { [one] = 3, [two] = 5 }, newest);
        }
    }

    [Fact]
    public async Task Watch_StoreDisposed_Ends()
    {
        EtcdRecordStore store = EtcdLedger.Open(fixture.Etcd);
        await using IAsyncEnumerator<StoredRecord> feed = store.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        Task<bool> next = feed.MoveNextAsync().AsTask();
        await store.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(StoreCalls.Patience));
    }

    private (EtcdRecordStore Near, EtcdRecordStore Far) Open(TcpRelay relay)
    {
        LedgerOptions near = EtcdLedger.Options(fixture.Etcd.Endpoint);
        LedgerOptions far = EtcdLedger.Options(relay.Endpoint);
        far.Etcd.KeyPrefix = near.Etcd.KeyPrefix;
        return (EtcdLedger.Open(near), EtcdLedger.Open(far));
    }
}
