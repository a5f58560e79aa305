using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using Xunit;
using Yarp.ReverseProxy.Health;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>
/// The gateway's wire on real sockets and free ports, with a scripted service behind it and scripted reservations for its money. Fails the
/// test when the gateway logged an error that the test did not expect.
/// </summary>
internal sealed class GatewayHarness : IAsyncDisposable
{
    public const string Method = "/test.Echo/Call";
    public const string FreeMethod = "/free.Echo/Call";

    public static readonly Address Payer = Address.Parse("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
    public const string PayerText = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _http;

    private GatewayHarness(WebApplication app, ScriptedService service, LogRecorder log)
    {
        _app = app;
        Service = service;
        Log = log;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8,
            ResponseHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8,
        });
    }

    public ScriptedService Service { get; }

    public LogRecorder Log { get; }

    /// <summary>What judging a payment gives. A fresh reservation unless the test says otherwise.</summary>
    public Func<ChannelPayment, PaidCall, CancellationToken, ValueTask<AdmissionResult>> Admit { get; set; } = null!;

    /// <summary>How the next reservations settle.</summary>
    public Func<ValueTask<PaymentRefusal?>> OnSettle { get; set; } = () => default;

    public ConcurrentQueue<(ChannelPayment Payment, PaidCall Call)> Admitted { get; } = new();

    public ConcurrentQueue<ScriptedReservation> Reservations { get; } = new();

    public IServiceProvider Services => _app.Services;

    public IPEndPoint PublicEndPoint => _app.Services.GetRequiredService<ListenerAddresses>().Public;

    public IPEndPoint AdminEndPoint => _app.Services.GetRequiredService<ListenerAddresses>().Admin;

    public Readiness Readiness => _app.Services.GetRequiredService<Readiness>();

    public static async Task<GatewayHarness> StartAsync(
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null,
        Action<IEndpointRouteBuilder>? mapAdmin = null,
        Action<WebApplication>? outside = null, Action<IEndpointRouteBuilder>? mapPublic = null, LiveSnapshot? live = null,
        RequestDelegate? handle = null)
    {
        ScriptedService service = await ScriptedService.StartAsync();
        if (handle is not null)
        {
            service.Handle = handle; // what happens while the gateway starts has it too
        }

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(Defaults(service.Address));
        if (settings is not null)
        {
            builder.Configuration.AddInMemoryCollection(settings);
        }

        var log = new LogRecorder();
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.Logging.AddProvider(log);

        GatewayHarness? harness = null;
        builder.Services.AddLiveSnapshot(live ?? Live());
        builder.Services.AddSingleton<IPaymentType>(new ScriptedEscrow((payment, call, token) => harness!.Admit(payment, call, token)));
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<IProbingRequestFactory, HealthProbeRequests>();
        services?.Invoke(builder.Services);
        builder.AddGateway().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));

        WebApplication app = builder.Build();
        outside?.Invoke(app);
        app.UseGateway(mapPublic, mapAdmin);
        harness = new GatewayHarness(app, service, log);
        harness.Admit = harness.AdmitAll;
        await app.StartAsync();
        return harness;
    }

    /// <summary>The live part of a configuration, for <see cref="StartAsync"/>. Its routes and clusters come from the settings.</summary>
    public static LiveSnapshot Live(
        IReadOnlyList<PaidService>? services = null, ClusterBackends? backends = null, HeartbeatTargets? heartbeats = null) =>
        new(Snapshot(services, backends, heartbeats));

    public static GatewaySnapshot Snapshot(
        IReadOnlyList<PaidService>? services = null, ClusterBackends? backends = null, HeartbeatTargets? heartbeats = null) => new(
        new ServiceCatalog((services ?? [Paid]).Select(service => KeyValuePair.Create(service.Name, service)), []), [], [], backends,
        heartbeats);

    /// <summary>The payment's metadata as a client sends it.</summary>
    public static Dictionary<string, string> Payment() => new()
    {
        [PaymentMetadata.Type] = "escrow",
        [PaymentMetadata.ChannelId] = "7",
        [PaymentMetadata.ChannelNonce] = "0",
        [PaymentMetadata.ChannelAmount] = "10",
        [PaymentMetadata.ChannelSignature] = Convert.ToBase64String(new byte[65]).TrimEnd('='),
    };

    public HttpRequestMessage Request(string method, HttpContent? content, IEnumerable<KeyValuePair<string, string>>? headers = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{PublicEndPoint}{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content ?? new ByteArrayContent([]),
        };
        request.Content.Headers.Remove("content-type");
        request.Content.Headers.TryAddWithoutValidation("content-type", Wire.ContentType);
        request.Headers.TryAddWithoutValidation("te", "trailers");
        foreach ((string key, string value) in headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(key, value);
        }

        return request;
    }

    /// <summary>Sends; ends when the answer's headers are there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken = default) =>
        _http.SendAsync(request, cancellationToken);

    /// <summary>A call from its first byte to its status.</summary>
    public async Task<GrpcReply> CallAsync(byte[] body, IEnumerable<KeyValuePair<string, string>>? headers = null, string method = Method)
    {
        using HttpResponseMessage response =
            await SendAsync(Request(method, new ByteArrayContent(body), headers ?? Payment())).WithTimeout();
        return await GrpcReply.ReadAsync(response).WithTimeout();
    }

    public Task<GrpcReply> CallAsync(string message) => CallAsync(Wire.Frame(message));

    /// <summary>The reservation of the only call so far.</summary>
    public ScriptedReservation Reservation => Assert.Single(Reservations);

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Service.DisposeAsync();
        Assert.All(Reservations, reservation => Assert.Equal(1, reservation.Ends));
        Log.VerifyNoErrors();
    }

    public static PaidService Paid { get; } = new(
        "echo", new PaymentGroup("org", "default_group", new Bytes32(new byte[32]), Payer, 40320), new FixedPrice(10));

    private static Dictionary<string, string?> Defaults(Uri service) => new()
    {
        ["SnetGateway:Listeners:Public:Address"] = "127.0.0.1:0",
        ["SnetGateway:Listeners:Admin:Address"] = "127.0.0.1:0",
        ["SnetGateway:Limits:DrainTimeout"] = "00:00:01",
        ["ReverseProxy:Routes:echo:ClusterId"] = "echo",
        ["ReverseProxy:Routes:echo:Match:Path"] = "/test.Echo/{method}",
        ["ReverseProxy:Routes:echo:Metadata:Service"] = "echo",
        ["ReverseProxy:Routes:free:ClusterId"] = "echo",
        ["ReverseProxy:Routes:free:Match:Path"] = "/free.Echo/{method}",
        ["ReverseProxy:Routes:free:Metadata:Payment"] = "none",
        ["ReverseProxy:Routes:lost:ClusterId"] = "echo",
        ["ReverseProxy:Routes:lost:Match:Path"] = "/lost.Echo/{method}",
        ["ReverseProxy:Routes:lost:Metadata:Service"] = "nobody",
        ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = service.ToString(),
    };

    private ValueTask<AdmissionResult> AdmitAll(ChannelPayment payment, PaidCall call, CancellationToken cancellationToken)
    {
        var reservation = new ScriptedReservation(Payer) { OnSettle = OnSettle };
        Admitted.Enqueue((payment, call));
        Reservations.Enqueue(reservation);
        return new(AdmissionResult.Of(reservation));
    }
}
