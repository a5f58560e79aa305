using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Google.Protobuf;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.Web;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Health;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>Streams of reflection and health, which need no payment and hold memory of the gateway while they are open.</summary>
public sealed class OwnStreamTests
{
    private const string Watch = "/grpc.health.v1.Health/Watch";
    private const string Reflect = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    private const int EnhanceYourCalm = 0xb;

    private static readonly byte[] s_request = Wire.Frame(new ServerReflectionRequest { ListServices = "" }.ToByteArray());

    private static readonly byte[] s_watch = Wire.Frame(new HealthCheckRequest().ToByteArray());

    private readonly TestTimeProvider _time = new();

    [Fact]
    public async Task ReflectionThatIsNotRead_IsReset_AfterTheTimeOfAWrite()
    {
        await using GatewayHarness gateway = await StartAsync();
        using var closed = new ClosedStreams(gateway);
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.PublicEndPoint, streamWindow: 0);
        RawCall call = await client.OpenAsync(RawHttp2.CallHeaders(Reflect));
        long start = _time.GetTimestamp();
        await call.SendAsync([.. Enumerable.Repeat(s_request, 100).SelectMany(request => request)]);
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return call.Reply.IsCompleted;
        });
        Assert.True(_time.GetElapsedTime(start) >= OwnStreams.WriteLimit);
        Assert.Equal(EnhanceYourCalm, (await call.Reply).Reset);
        Assert.Equal(["not_read"], closed.Reasons);
        Assert.Equal(1, gateway.Log.Count("OwnStreamClosed"));
    }

    [Theory]
    [InlineData(Watch)]
    [InlineData(Reflect)]
    public async Task StreamsThatAreNotRead_DoNotHoldUpTheShutdown(string method)
    {
        RawHttp2 client;
        await using (GatewayHarness gateway = await StartAsync(TimeProvider.System, ("SnetGateway:Limits:DrainTimeout", "00:00:01")))
        {
            client = await RawHttp2.ConnectAsync(gateway.PublicEndPoint, streamWindow: 0);
            for (int i = 0; i < OwnStreams.Reflection.OfConnection; i++)
            {
                RawCall call = await client.OpenAsync(RawHttp2.CallHeaders(method));
                await call.SendAsync(
                    method == Reflect ? [.. Enumerable.Repeat(s_request, 1_000).SelectMany(request => request)] : s_watch,
                    end: method == Watch);
                await call.FirstHeaders.WithTimeout();
            }
        }

        await client.DisposeAsync();
    }

    [Fact]
    public async Task StreamsThatWereReset_EndWithTheirConnection()
    {
        await using GatewayHarness gateway = await StartAsync(null, ("SnetGateway:Limits:DrainTimeout", "00:01:00"));
        RawHttp2 client = await RawHttp2.ConnectAsync(gateway.PublicEndPoint, streamWindow: 0);
        List<RawCall> calls = [];
        for (int i = 0; i < OwnStreams.Reflection.OfConnection; i++)
        {
            calls.Add(await client.OpenAsync(RawHttp2.CallHeaders(Reflect)));
            for (int n = 0; n < 64; n++)
            {
                await calls[i].SendAsync([.. Enumerable.Repeat(s_request, 16_000 / s_request.Length).SelectMany(request => request)]);
            }
        }

        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return calls.TrueForAll(call => call.Reply.IsCompleted);
        });
        await client.DisposeAsync();
        await gateway.StopAsync().WithTimeout();
    }

    [Fact]
    public async Task ReflectionWithoutRequests_IsReset_AfterTheIdleTime()
    {
        await using GatewayHarness gateway = await StartAsync();
        using var closed = new ClosedStreams(gateway);
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.PublicEndPoint);
        RawCall call = await AskAsync(client);
        _time.Advance(OwnStreams.Reflection.Idle - TimeSpan.FromSeconds(1));
        Assert.False(call.Reply.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(EnhanceYourCalm, (await call.Reply.WithTimeout()).Reset);
        Assert.Equal(["idle"], closed.Reasons);
        Assert.False(gateway.Log.Has("OwnStreamClosed"));
    }

    [Fact]
    public async Task Watch_MayBeSilent()
    {
        await using GatewayHarness gateway = await StartAsync();
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.PublicEndPoint);
        RawCall call = await WatchAsync(client);
        _time.Advance(TimeSpan.FromDays(1));
        await WatchAsync(client);
        Assert.False(call.Reply.IsCompleted);
    }

    [Fact]
    public async Task TooManyReflections_OnOneConnection_TheNewOneIsRefused_UntilOneHasEnded()
    {
        await using GatewayHarness gateway = await StartAsync();
        using var closed = new ClosedStreams(gateway);
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.PublicEndPoint);
        List<RawCall> calls = await OpenAsync(client, AskAsync, OwnStreams.Reflection.OfConnection);
        await using RawHttp2 other = await RawHttp2.ConnectAsync(gateway.PublicEndPoint);
        RawCall others = await AskAsync(other);

        await RefusedAsync(client, Reflect);
        Assert.Equal(["too_many"], closed.Reasons);
        Assert.All(calls, call => Assert.False(call.Reply.IsCompleted));

        await calls[0].SendAsync(s_request, end: true); // ends it, and frees its place
        Assert.Equal(0, (await calls[0].Reply.WithTimeout()).Status);
        calls.Add(await AskAsync(client));
        Assert.All(calls[1..], call => Assert.False(call.Reply.IsCompleted));
        Assert.False(others.Reply.IsCompleted);
    }

    [Fact]
    public async Task TooManyReflections_OnManyConnections_TheOldestIsReset_AndTheNewcomerIsServed()
    {
        await using GatewayHarness gateway = await StartAsync();
        RawHttp2[] clients = await ConnectAsync(gateway, OwnStreams.Reflection.All);
        var calls = new List<RawCall>();
        foreach (RawHttp2 client in clients)
        {
            calls.Add(await AskAsync(client));
        }

        await using RawHttp2 newcomer = await RawHttp2.ConnectAsync(gateway.PublicEndPoint);
        RawCall last = await AskAsync(newcomer);
        Assert.Equal(EnhanceYourCalm, (await calls[0].Reply.WithTimeout()).Reset);
        Assert.All(calls[1..], call => Assert.False(call.Reply.IsCompleted));
        Assert.False(last.Reply.IsCompleted);
        Assert.Equal(1, gateway.Log.Count("OwnStreamClosed"));
        foreach (RawHttp2 client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task TooManyWatches_OnOneConnection_TheNewOneIsRefused_AndInAll_TheOldestIsReset()
    {
        await using GatewayHarness gateway = await StartAsync();
        int connections = (OwnStreams.Watch.All / OwnStreams.Watch.OfConnection) + 1;
        RawHttp2[] clients = await ConnectAsync(gateway, connections);
        List<RawCall> first = await OpenAsync(clients[0], WatchAsync, OwnStreams.Watch.OfConnection);
        await RefusedAsync(clients[0], Watch);
        Assert.All(first, call => Assert.False(call.Reply.IsCompleted));
        foreach (RawHttp2 client in clients[1..])
        {
            await OpenAsync(client, WatchAsync, OwnStreams.Watch.OfConnection);
        }

        Assert.Equal(EnhanceYourCalm, (await first[0].Reply.WithTimeout()).Reset);
        foreach (RawHttp2 client in clients)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>Over HTTP/1.1 a stream has its connection to itself.</summary>
    [Fact]
    public async Task WatchOfTheWeb_OverHttp11_EndsWithItsConnection()
    {
        await using GatewayHarness gateway = await StartAsync();
        int connections = (OwnStreams.Watch.All / OwnStreams.Watch.OfConnection) + 1;
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        HttpRequestMessage request = WebCalls.Request(
            gateway, "1.1", WebCalls.Binary, new ByteArrayContent(Wire.Frame(new HealthCheckRequest().ToByteArray())), Watch);
        using HttpResponseMessage response = await http.SendAsync(request, CancellationToken.None).WithTimeout();
        await using Stream body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[7]).AsTask().WithTimeout();
        RawHttp2[] clients = await ConnectAsync(gateway, connections);
        foreach (RawHttp2 client in clients)
        {
            await OpenAsync(client, WatchAsync, OwnStreams.Watch.OfConnection);
        }

        await Assert.ThrowsAnyAsync<IOException>(() => body.ReadExactlyAsync(new byte[1]).AsTask().WithTimeout());
        foreach (RawHttp2 client in clients)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>What the client sends would wait in the server for as long as the response is not read.</summary>
    [Theory]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    public async Task ProbeWithABody_HasNoResponseToWaitFor(string path)
    {
        await using GatewayHarness gateway = await StartAsync();
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.PublicEndPoint, streamWindow: 0);
        RawCall call = await client.OpenAsync([(":method", "GET"), (":scheme", "http"), (":path", path), (":authority", "gateway")]);
        await call.SendAsync(new byte[1000]);
        RawReply reply = await call.Reply.WithTimeout();
        Assert.Equal(("200", 0), (reply.Http, reply.Body.Length));
    }

    private Task<GatewayHarness> StartAsync(TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        var health = new GatewayHealth();
        health.SetStatus("", HealthCheckResponse.Types.ServingStatus.Serving);
        return GatewayHarness.StartAsync(
            settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value),
            services: services => services.AddOwnServices().AddSingleton(time ?? _time),
            mapPublic: endpoints =>
            {
                endpoints.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, health));
                endpoints.MapOwnService(binder => ServerReflection.BindService(binder, new GatewayReflection(GatewayHarness.Live())));
            });
    }

    /// <summary>Before anything of the request was sent.</summary>
    private static async Task RefusedAsync(RawHttp2 client, string method)
    {
        RawCall call = await client.OpenAsync(RawHttp2.CallHeaders(method));
        RawReply reply = await call.Reply.WithTimeout();
        Assert.Equal(((int)OwnStreams.TooMany.StatusCode, OwnStreams.TooMany.Detail), (reply.Status, reply.Message));
    }

    private static async Task<RawHttp2[]> ConnectAsync(GatewayHarness gateway, int count)
    {
        var clients = new RawHttp2[count];
        for (int i = 0; i < count; i++)
        {
            clients[i] = await RawHttp2.ConnectAsync(gateway.PublicEndPoint);
        }

        return clients;
    }

    private static async Task<List<RawCall>> OpenAsync(RawHttp2 client, Func<RawHttp2, Task<RawCall>> open, int count)
    {
        var calls = new List<RawCall>();
        for (int i = 0; i < count; i++)
        {
            calls.Add(await open(client));
        }

        return calls;
    }

    private static async Task<RawCall> AskAsync(RawHttp2 client)
    {
        RawCall call = await client.OpenAsync(RawHttp2.CallHeaders(Reflect));
        await call.SendAsync(s_request);
        await call.FirstData.WithTimeout();
        return call;
    }

    private static async Task<RawCall> WatchAsync(RawHttp2 client)
    {
        RawCall call = await client.OpenAsync(RawHttp2.CallHeaders(Watch));
        await call.SendAsync(s_watch, end: true);
        await call.FirstData.WithTimeout();
        return call;
    }

    /// <summary>The reasons that one gateway has counted, in order.</summary>
    private sealed class ClosedStreams : IDisposable
    {
        private readonly ConcurrentQueue<string> _reasons = new();
        private readonly MeterListener _listener;

        public ClosedStreams(GatewayHarness gateway)
        {
            IMeterFactory meters = gateway.Services.GetRequiredService<IMeterFactory>();
            _listener = new MeterListener
            {
                InstrumentPublished = (instrument, self) =>
                {
                    if (instrument.Meter.Scope == meters && instrument.Name == "snet_gateway.own_streams.closed")
                    {
                        self.EnableMeasurementEvents(instrument);
                    }
                },
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _reasons.Enqueue($"{tags[0].Value}"));
            _listener.Start();
        }

        public IReadOnlyCollection<string> Reasons => _reasons;

        public void Dispose() => _listener.Dispose();
    }
}
