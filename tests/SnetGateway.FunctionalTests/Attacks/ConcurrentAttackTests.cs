using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>Attacks by timing: many at once, slow ones, and chains that move while a call runs.</summary>
public sealed class ConcurrentAttackTests
{
    [Theory]
    [InlineData(64, "memory")]
    [InlineData(256, "memory")]
    [InlineData(256, "sqlite")]
    [Rule(2)]
    public async Task OneVoucherManyTimesAtOnce_IsGrantedOnce(int copies, string store)
    {
        using var folder = new TemporaryFolder();
        await using AttackGateway gateway = await AttackGateway.StartAsync(store: folder.Open(store));
        ChannelId id = gateway.Open();
        int running = 0, most = 0;
        gateway.Harness.Service.Handle = async context =>
        {
            int now = Interlocked.Increment(ref running);
            most = Math.Max(most, now);
            await Wire.ReadAllAsync(context);
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("granted"));
            Interlocked.Decrement(ref running);
            Wire.End(context, 0);
        };
        RawHttp2[] clients = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RawHttp2.ConnectAsync(gateway.EndPoint)));
        List<(string Name, string Value)> voucher = AttackGateway.Pay(id, 10);
        RawReply[] replies = await Task.WhenAll(Enumerable.Range(0, copies).Select(copy => clients[copy % 4].CallAsync(voucher)));

        RawReply granted = Assert.Single(replies, reply => reply.Body.Length > 0 || reply.Status == 0);
        Assert.Equal(0, granted.Status);
        Assert.All(replies.Where(reply => reply != granted), reply => Assert.Contains(
            (reply.Status, reply.Message),
            new[] { (16, "income 0 does not equal to price 10"), (9, $"another transaction on channel: {{ID: {id}}} is in progress") }));
        Assert.Equal((1, 1), (gateway.Harness.Service.Requests, most));
        Assert.Equal(1, gateway.Store.Commits);
        foreach (RawHttp2 client in clients)
        {
            await client.DisposeAsync();
        }

        gateway.Harness.Service.Handle = Wire.EchoAsync;
        await gateway.PayAsync(id, 20);
    }

    [Fact]
    [Rule(6)]
    public async Task OneVoucherManyTimesOnAFailingService_RunsOnceAtATime_AndCostsNothing()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        int running = 0, most = 0;
        gateway.Harness.Service.Handle = async context =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Wire.ReadAllAsync(context);
            Interlocked.Decrement(ref running);
            await Wire.TrailersOnly(context, 13, "broken");
        };
        await using RawHttp2 other = await RawHttp2.ConnectAsync(gateway.EndPoint);
        RawHttp2[] clients = [gateway.Client, other]; // 100 streams each: one connection may have 128
        RawReply[] replies = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(copy => clients[copy % 2].CallAsync(AttackGateway.Pay(id, 10))));
        Assert.All(replies, reply => Assert.Contains(reply.Status, new[] { 13, 9 }));
        Assert.All(replies, reply => Assert.Empty(reply.Body));
        Assert.Equal((1, 0), (most, gateway.Store.Commits));
        gateway.Harness.Service.Handle = Wire.EchoAsync;
        await gateway.PayAsync(id, 10);
    }

    [Fact]
    [Rule(5)]
    public async Task ATurnHeldByASlowUpload_KeepsItsOwnChannelOnly_AndNoLongerThanTheLine()
    {
        await using AttackGateway gateway =
            await AttackGateway.StartAsync(new PaidCallOptions { MaxWait = TimeSpan.FromMilliseconds(200) });
        ChannelId id = gateway.Open(), other = gateway.Open();
        RawCall slow = await gateway.Client.OpenAsync(AttackGateway.Pay(id, 10));
        await slow.SendAsync(Wire.Frame("a")[..3]);
        await Eventually.TrueAsync(() => gateway.Harness.Service.Requests == 1);

        RawReply busy = await gateway.Client.CallAsync(AttackGateway.Pay(id, 10));
        Assert.Equal((9, $"another transaction on channel: {{ID: {id}}} is in progress"), (busy.Status, busy.Message));
        await gateway.PayAsync(other, 10);

        await slow.ResetAsync();
        await Eventually.TrueAsync(() => gateway.Events.Lines.Count == 1);
        await gateway.PayAsync(id, 10);
    }

    [Fact]
    [Rule(3)]
    public async Task AnUploadPacedPastTheExpiry_IsRefused_WithoutAByte()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open(expiration: 1_101);
        RawCall slow = await gateway.Client.OpenAsync(AttackGateway.Pay(id, 10));
        await slow.SendAsync(Wire.Frame("slowly")[..3]);
        await Eventually.TrueAsync(() => gateway.Harness.Service.Requests == 1);
        gateway.Chain.Mine(51); // half the threshold is left at the settle, and no more
        await slow.SendAsync(Wire.Frame("slowly")[3..], end: true);
        RawReply reply = await slow.Reply.WithTimeout();
        Assert.Equal(
            (16, "payment channel is near to be expired, expiration time: 1101, current block: 1051, expiration threshold: 100"),
            (reply.Status, reply.Message));
        Assert.Empty(reply.Body);
        Assert.Equal(0, gateway.Store.Accesses);
    }

    [Fact]
    [Rule(3, 5)]
    public async Task AClaimWhileTheCallRuns_IsStatus1000_WithoutAByte()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        await gateway.PayAsync(id, 10);
        RawCall running = await gateway.HoldTurnAsync(id, 20);
        RawCall waiting = await gateway.Client.OpenAsync(AttackGateway.Pay(id, 30));
        await waiting.SendAsync(Wire.Frame("b"), end: true);
        await Eventually.TrueAsync(() => gateway.Recovery.Recoveries == 3);
        gateway.Chain.Claim(id, 10);
        gateway.Hold.Continue();
        foreach (RawCall call in new[] { running, waiting })
        {
            RawReply reply = await call.Reply.WithTimeout();
            Assert.Equal(1000, reply.Status);
            Assert.StartsWith("incorrect payment channel nonce, latest: 4, sent: 3", reply.Message, StringComparison.Ordinal);
            Assert.Empty(reply.Body);
        }

        Assert.Equal(1, gateway.Store.Commits);
        Assert.Equal(0, (await gateway.Client.CallAsync(AttackGateway.Pay(id, 10, nonce: 4))).Status);
    }

    [Fact]
    [Rule(3)]
    public async Task ATopUpTakenBackWhileTheCallRuns_IsRefused_WithoutAByte()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open(value: 10);
        RawCall running = await gateway.HoldTurnAsync(id, 10);
        gateway.Chain.Open(
            id, AttackGateway.Sender.Address, AttackGateway.Signer.Address, AttackGateway.Group, 9, 1_000_000, AttackGateway.Nonce);
        gateway.Chain.Mine();
        gateway.Chain.Learn(id);
        gateway.Hold.Continue();
        RawReply reply = await running.Reply.WithTimeout();
        Assert.Equal((16, "not enough tokens on payment channel, channel amount: 9, payment amount: 10"), (reply.Status, reply.Message));
        Assert.Empty(reply.Body);
        Assert.Equal(0, gateway.Store.Accesses);
    }

    [Fact]
    [Rule(6)]
    public async Task CallResetAgain_IsPaused_AndHurtsNobodyElse()
    {
        var time = new FakeTimeProvider();
        await using AttackGateway gateway = await AttackGateway.StartAsync(new PaidCallOptions { AbandonedCallsPerMinute = 5 }, time: time);
        ChannelId id = gateway.Open(), second = gateway.Open(), other = gateway.Open(sender: AttackGateway.Stranger);
        for (int i = 1; i <= 6; i++)
        {
            RawCall call = await gateway.HoldTurnAsync(i % 2 == 0 ? id : second, 10);
            await call.ResetAsync();
            await Eventually.TrueAsync(() => gateway.Events.Lines.Count == i);
            gateway.Hold.Continue();
        }

        int before = gateway.Harness.Service.Requests;
        foreach (ChannelId paused in new[] { id, second })
        {
            RawReply reply = await gateway.Client.CallAsync(AttackGateway.Pay(paused, 10));
            Assert.Equal((9, $"another transaction on channel: {{ID: {paused}}} is in progress"), (reply.Status, reply.Message));
        }

        await gateway.PayAsync(other, 10);
        Assert.Equal(before + 1, gateway.Harness.Service.Requests);
        Assert.Equal(1, gateway.Store.Commits);
        time.Advance(TimeSpan.FromSeconds(1));
        await gateway.PayAsync(id, 10);
    }

    /// <summary>A folder that goes with the test, and the store in it.</summary>
    private sealed class TemporaryFolder : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("snet-attack").FullName;

        public Payments.Records.IRecordStore Open(string store) => RecordStores.Open(
            new LedgerOptions { Store = store, Path = Path.Combine(_path, "ledger.db") },
            new LedgerScope(1, AttackGateway.Escrow),
            new StorageMetrics(new Meters()),
            NullLoggerFactory.Instance,
            TimeProvider.System);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }

    private sealed class Meters : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
