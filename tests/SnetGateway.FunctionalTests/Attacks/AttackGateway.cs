using System.Globalization;
using System.Net;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>
/// The gateway on real sockets with its real money: real signatures, the real judge and ledger, and a scripted chain. Everything that an
/// attacker must not reach is counted.
/// </summary>
internal sealed class AttackGateway : IAsyncDisposable
{
    public const ulong Price = 10;
    public const ulong Threshold = 100;
    public const ulong Nonce = 3;
    public const ulong Value = 1_000;
    public const string HoldHeader = "x-hold";
    public const string Method = GatewayHarness.Method;

    public static readonly PrivateKey Sender = Key(0x11);
    public static readonly PrivateKey Signer = Key(0x22);
    public static readonly PrivateKey Recipient = Key(0x33);
    public static readonly PrivateKey Stranger = Key(0x44);
    public static readonly Address Escrow = Address.Parse("0x5e592f9b1d303183d963635f895f0f0c48284f4e");
    public static readonly PaymentGroup Group = new("org", "default_group", Filled(1), Recipient.Address, Threshold);
    public static readonly PaymentGroup OtherGroup = Group with { Name = "other_group", Id = Filled(2) };
    public static readonly PaymentGroup OtherRecipient = Group with { Recipient = Stranger.Address };

    private static readonly Dictionary<string, string?> s_routes = new()
    {
        ["ReverseProxy:Routes:other:ClusterId"] = "echo",
        ["ReverseProxy:Routes:other:Match:Path"] = "/other.Echo/{method}",
        ["ReverseProxy:Routes:other:Metadata:Service"] = "other",
        ["ReverseProxy:Routes:priced:ClusterId"] = "echo",
        ["ReverseProxy:Routes:priced:Match:Path"] = "/priced.Echo/{method}",
        ["ReverseProxy:Routes:priced:Metadata:Service"] = "priced",
    };

    private static readonly PaidService[] s_services =
    [
        new("echo", Group, new FixedPrice(Price)),
        new("other", OtherGroup, new FixedPrice(Price)),
        new(
            "priced", Group,
            new PricePerMethod(new Dictionary<string, UInt256> { ["/priced.Echo/Cheap"] = 1, ["/priced.Echo/Dear"] = 500 })),
    ];

    private ulong _nextChannel = 1_000;

    private AttackGateway(GatewayHarness harness, ChannelBook book, CountingStore store, ChannelAdmission payments)
    {
        Harness = harness;
        Book = book;
        Store = store;
        Payments = payments;
    }

    public GatewayHarness Harness { get; }

    public ChannelBook Book { get; }

    public CountingStore Store { get; }

    public ChannelAdmission Payments { get; }

    /// <summary>The scripted chain; a test with a chain of its own does not ask for it.</summary>
    public FakeChain Chain { get; private init; } = null!;

    public CountingRecovery Recovery { get; private init; } = new();

    public RecordingPaymentEvents Events { get; private init; } = new();

    /// <summary>A connection for everybody who does not need one of their own.</summary>
    public RawHttp2 Client { get; private set; } = null!;

    /// <summary>Where calls with <see cref="HoldHeader"/> wait inside the service. A fresh one for each such call.</summary>
    public SyncPoint Hold { get; set; } = new();

    public IPEndPoint EndPoint => Harness.PublicEndPoint;

    public static async Task<AttackGateway> StartAsync(
        PaidCallOptions? options = null,
        IRecordStore? store = null,
        Func<ChannelBook, IChannelReader>? chain = null,
        TimeProvider? time = null,
        Dictionary<string, string?>? settings = null,
        IReadOnlyList<PaidService>? services = null,
        ClusterBackends? backends = null)
    {
        time ??= TimeProvider.System;
        var all = new Dictionary<string, string?>(s_routes);
        foreach ((string key, string? value) in settings ?? [])
        {
            all[key] = value;
        }

        GatewayHarness harness = await GatewayHarness.StartAsync(
            all, live: GatewayHarness.Live([.. s_services, .. services ?? []], backends));
        var book = new ChannelBook([Group, OtherGroup]);
        var counting = new CountingStore(store ?? new MemoryRecordStore());
        var fake = new FakeChain(book, time);
        var events = new RecordingPaymentEvents();
        var recovery = new CountingRecovery();
        ChannelAdmission payments = new PaymentParts(
            book, chain?.Invoke(book) ?? fake, recovery, counting, events, time, Escrow, TimeSpan.FromHours(1), options).Admission;
        harness.Admit = payments.AdmitAsync;
        var gateway = new AttackGateway(harness, book, counting, payments) { Chain = fake, Events = events, Recovery = recovery };
        harness.Service.Handle = gateway.ServeAsync;
        gateway.Client = await RawHttp2.ConnectAsync(gateway.EndPoint);
        return gateway;
    }

    /// <summary>A channel of its own for each test, known to the gateway unless said otherwise.</summary>
    public ChannelId Open(
        PaymentGroup? group = null, UInt256? value = null, UInt256? expiration = null, bool known = true, PrivateKey? sender = null)
    {
        var id = new ChannelId(Interlocked.Increment(ref _nextChannel));
        Chain.Open(id, (sender ?? Sender).Address, Signer.Address, group ?? Group, value ?? Value, expiration ?? 1_000_000, Nonce);
        if (known)
        {
            Chain.Learn(id);
        }

        return id;
    }

    /// <summary>What the ledger says was authorised on a channel.</summary>
    public UInt256 Authorized(ChannelId id) => Book.Find(id)?.Record?.Amount ?? UInt256.Zero;

    /// <summary>A payment as an honest client sends it.</summary>
    public static List<(string Name, string Value)> Pay(
        ChannelId id, UInt256 amount, ulong nonce = Nonce, string path = Method, PrivateKey? by = null, byte[]? signature = null) =>
        Headers(
            path, id.ToString(), nonce.ToString(CultureInfo.InvariantCulture), amount.ToString(),
            Base64(signature ?? Sign(by ?? Signer, Escrow, id.Value, nonce, amount)));

    public static List<(string Name, string Value)> Headers(string path, string id, string nonce, string amount, string signature) =>
    [
        .. RawHttp2.CallHeaders(path),
        (PaymentMetadata.Type, "escrow"),
        (PaymentMetadata.ChannelId, id),
        (PaymentMetadata.ChannelNonce, nonce),
        (PaymentMetadata.ChannelAmount, amount),
        (PaymentMetadata.ChannelSignature, signature),
    ];

    public static byte[] Sign(
        PrivateKey key, Address escrow, UInt256 id, UInt256 nonce, UInt256 amount, string prefix = "__MPE_claim_message") =>
        key.SignMessage(
        [
            .. System.Text.Encoding.ASCII.GetBytes(prefix), .. escrow.ToBytes(), .. id.ToBigEndian(), .. nonce.ToBigEndian(),
            .. amount.ToBigEndian(),
        ]);

    public static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Pays for a call and has it answered.</summary>
    public async Task PayAsync(ChannelId id, UInt256 amount, string path = Method)
    {
        RawReply reply = await Client.CallAsync(Pay(id, amount, path: path), Wire.Frame("honest"));
        Assert.True(
            reply.Status == 0 && reply.Body.AsSpan().SequenceEqual(Wire.Frame("honest")),
            $"An honest payment of {amount} on channel {id}: {reply}");
        Assert.Equal(amount, Authorized(id));
    }

    /// <summary>A call that holds its channel's turn inside the service until <see cref="Hold"/> goes on.</summary>
    public async Task<RawCall> HoldTurnAsync(ChannelId id, UInt256 amount)
    {
        Hold = new SyncPoint();
        RawCall call = await Client.OpenAsync([.. Pay(id, amount), (HoldHeader, "1")]);
        await call.SendAsync(Wire.Frame("held"), end: true);
        await Hold.Reached.WithTimeout();
        return call;
    }

    public Footprint Look() => new(Harness.Service.Requests, Store.Accesses, Recovery.Recoveries, Chain.Looks.Count);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Harness.DisposeAsync();
        await Store.DisposeAsync();
    }

    private static PrivateKey Key(byte filled) => PrivateKey.Parse(Convert.ToHexStringLower(Filled(filled).ToBytes()));

    private static Bytes32 Filled(byte value)
    {
        byte[] bytes = new byte[Bytes32.Size];
        Array.Fill(bytes, value);
        return new Bytes32(bytes);
    }

    private async Task ServeAsync(Microsoft.AspNetCore.Http.HttpContext context)
    {
        if (context.Request.Headers.ContainsKey(HoldHeader))
        {
            await Hold.WaitAsync();
        }

        await Wire.EchoAsync(context);
    }
}

/// <summary>What was reached so far behind the wire.</summary>
internal readonly record struct Footprint(int ServiceCalls, long StoreAccesses, long Recoveries, int Looks);
