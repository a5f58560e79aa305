using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Payments.Pauses;
using SnetGateway.Storage.Memory;
using Xunit;
using Yarp.ReverseProxy;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.FunctionalTests.Health;

/// <summary>gRPC health by the names of services, fed by the health of their instances.</summary>
public sealed class ServiceHealthTests
{
    [Fact]
    public async Task InstanceBecomesUnhealthy_ItsNamesDoNotServe_AndWhoWatchesIsTold()
    {
        await using GatewayHarness gateway = await StartAsync(probed: true);
        int status = 1;
        gateway.Service.Handle = context => AnswerAsync(context, () => Volatile.Read(ref status));
        using var http = new ClientHttp();
        var client = new Grpc.Health.V1.Health.HealthClient(http.ChannelTo(new Uri($"http://{gateway.PublicEndPoint}")));
        await UntilAsync(client, "test.Echo", Status.Serving);
        using AsyncServerStreamingCall<HealthCheckResponse> watch = Watch(client, "test.Echo");
        Assert.Equal(Status.Serving, await NextAsync(watch));

        status = 2;
        Assert.Equal(Status.NotServing, await NextAsync(watch));
        Assert.Equal(Status.NotServing, await CheckAsync(client, "test.Echo"));
        Assert.Equal(Status.NotServing, await CheckAsync(client, "echo-id"));
        Assert.Equal(Status.Serving, await CheckAsync(client, ""));

        status = 1;
        Assert.Equal(Status.Serving, await NextAsync(watch));
        await UntilAsync(client, "echo-id", Status.Serving);
    }

    [Fact]
    public async Task GatewayThatIsNotReady_SaysSoForEveryService()
    {
        await using GatewayHarness gateway = await StartAsync(probed: false);
        using var http = new ClientHttp();
        var client = new Grpc.Health.V1.Health.HealthClient(http.ChannelTo(new Uri($"http://{gateway.PublicEndPoint}")));
        await UntilAsync(client, "test.Echo", Status.Serving);
        gateway.Readiness.Add("ledger", () => "full");
        await UntilAsync(client, "test.Echo", Status.NotServing);
        await UntilAsync(client, "", Status.NotServing);
    }

    [Fact]
    public async Task PausedService_DoesNotServe_AndTheGatewayDoes()
    {
        await using GatewayHarness gateway = await StartAsync(probed: false);
        using var http = new ClientHttp();
        var client = new Grpc.Health.V1.Health.HealthClient(http.ChannelTo(new Uri($"http://{gateway.PublicEndPoint}")));
        await UntilAsync(client, "test.Echo", Status.Serving);
        var pauses = new PauseBook(
            new MemoryRecordStore(), gateway.Services.GetRequiredService<PauseSwitch>(), TimeProvider.System);
        await pauses.PauseAsync("echo", default);
        await UntilAsync(client, "test.Echo", Status.NotServing);
        await UntilAsync(client, "echo-id", Status.NotServing);
        Assert.Equal(Status.Serving, await CheckAsync(client, ""));
        await pauses.ResumeAsync("echo", default);
        await UntilAsync(client, "test.Echo", Status.Serving);
    }

    [Fact]
    public async Task UnknownName_IsNotFound_AndWatchedAsUnknown()
    {
        await using GatewayHarness gateway = await StartAsync(probed: false);
        using var http = new ClientHttp();
        var client = new Grpc.Health.V1.Health.HealthClient(http.ChannelTo(new Uri($"http://{gateway.PublicEndPoint}")));
        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(client, "no.Such"));
        Assert.Equal(StatusCode.NotFound, failure.Status.StatusCode);
        using AsyncServerStreamingCall<HealthCheckResponse> watch = Watch(client, "no.Such");
        Assert.Equal(Status.ServiceUnknown, await NextAsync(watch));
    }

    [Fact]
    public async Task LookThatFails_IsSaidOnce_AndTheNextOnesGoOn()
    {
        bool isBroken = false;
        int failures = 0;
        await using GatewayHarness gateway = await StartAsync(probed: false, look: () =>
        {
            if (Volatile.Read(ref isBroken))
            {
                Interlocked.Increment(ref failures);
                throw new InvalidOperationException("broken");
            }
        });
        gateway.Log.Expected.Add("HealthNotEvaluated");
        using var http = new ClientHttp();
        var client = new Grpc.Health.V1.Health.HealthClient(http.ChannelTo(new Uri($"http://{gateway.PublicEndPoint}")));
        await UntilAsync(client, "test.Echo", Status.Serving);

        Volatile.Write(ref isBroken, true);
        await Eventually.TrueAsync(() => Volatile.Read(ref failures) >= 2);
        Assert.Equal(Status.Serving, await CheckAsync(client, "test.Echo"));
        Assert.Equal(1, gateway.Log.Count("HealthNotEvaluated"));

        gateway.Readiness.Add("ledger", () => "full");
        Volatile.Write(ref isBroken, false);
        await UntilAsync(client, "test.Echo", Status.NotServing);
    }

    [Fact]
    public async Task ServiceThatNothingChecks_IsUnknown_UnlessTheOptionSaysThatItServes()
    {
        await using GatewayHarness gateway = await StartAsync(probed: false, uncheckedServes: false);
        using var http = new ClientHttp();
        var client = new Grpc.Health.V1.Health.HealthClient(http.ChannelTo(new Uri($"http://{gateway.PublicEndPoint}")));
        await UntilAsync(client, "", Status.Serving);
        Assert.Equal(Status.Unknown, await CheckAsync(client, "test.Echo"));
        Assert.Equal(Status.Unknown, await CheckAsync(client, "echo-id"));
        Assert.Equal(Status.Unknown, await CheckAsync(client, "free.Echo"));

        await using GatewayHarness asTheReference = await StartAsync(probed: false);
        var other = new Grpc.Health.V1.Health.HealthClient(http.ChannelTo(new Uri($"http://{asTheReference.PublicEndPoint}")));
        await UntilAsync(other, "test.Echo", Status.Serving);
        await UntilAsync(other, "echo-id", Status.Serving);
    }

    [Fact]
    public async Task ServiceWithAHeartbeat_HasItsResult()
    {
        var time = new FakeTimeProvider();
        int status = 1;
        await using GatewayHarness gateway = await StartAsync(
            probed: false, uncheckedServes: false, heartbeat: new HeartbeatOptions { Kind = HeartbeatOptions.Grpc }, heartbeatTime: time,
            handle: context => AnswerAsync(context, () => Volatile.Read(ref status)));
        using var http = new ClientHttp();
        var client = new Grpc.Health.V1.Health.HealthClient(http.ChannelTo(new Uri($"http://{gateway.PublicEndPoint}")));
        await UntilAsync(client, "test.Echo", Status.Serving);
        Assert.Equal(Status.Serving, await CheckAsync(client, "echo-id"));
        Assert.Equal(Status.Unknown, await CheckAsync(client, "free.Echo")); // a route of no service has no heartbeat

        Volatile.Write(ref status, 2);
        time.Advance(HeartbeatWatch.Interval);
        await UntilAsync(client, "test.Echo", Status.NotServing);
        await Eventually.TrueAsync(() => gateway.Log.Count("HeartbeatFails") == 1);

        Volatile.Write(ref status, 1);
        time.Advance(HeartbeatWatch.Interval);
        await UntilAsync(client, "echo-id", Status.Serving);
        await Eventually.TrueAsync(() => gateway.Log.Count("HeartbeatWorks") == 1);
    }

    /// <param name="probed">Whether instances are asked for their health.</param>
    /// <param name="look">Happens at each look of the feed.</param>
    /// <param name="uncheckedServes">Whether what nothing checks is reported as serving.</param>
    /// <param name="heartbeat">The service's heartbeat.</param>
    /// <param name="heartbeatTime">The clock of heartbeats, where they are checked.</param>
    /// <param name="handle">What the service answers, from the first heartbeat on.</param>
    private static Task<GatewayHarness> StartAsync(
        bool probed, Action? look = null, bool uncheckedServes = true, HeartbeatOptions? heartbeat = null,
        TimeProvider? heartbeatTime = null, RequestDelegate? handle = null)
    {
        var subjects = new HeartbeatTargets(
            [new HeartbeatTarget("echo", "echo-id", "", [], ["echo"], heartbeat ?? new HeartbeatOptions())]);
        var health = new GatewayHealth();
        Dictionary<string, string?> settings = new() { ["SnetGateway:Backends:UncheckedServicesAreServing"] = $"{uncheckedServes}" };
        if (probed)
        {
            settings["ReverseProxy:Clusters:echo:HealthCheck:Active:Enabled"] = "true";
            settings["ReverseProxy:Clusters:echo:HealthCheck:Active:Interval"] = "00:00:00.05";
            settings["ReverseProxy:Clusters:echo:HealthCheck:Active:Timeout"] = "00:00:10";
        }

        return GatewayHarness.StartAsync(
            settings,
            services =>
            {
                services.AddSingleton<IHeartbeatTargets>(new ScriptedTargets(subjects, look));
                services.AddOwnServices();
                services.AddSingleton(health);
                services.AddSingleton(provider =>
                    new HeartbeatCheck(provider.GetRequiredService<IProxyStateLookup>(), heartbeatTime ?? TimeProvider.System));
                services.AddHostedService<HealthFeed>();
                if (heartbeatTime is not null)
                {
                    services.AddHostedService(provider => ActivatorUtilities.CreateInstance<HeartbeatWatch>(
                        provider, new CommonTimer(heartbeatTime)));
                }
            },
            mapPublic: endpoints => endpoints.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, health)),
            handle: handle);
    }

    private static async Task AnswerAsync(HttpContext context, Func<int> status)
    {
        Wire.Begin(context);
        await Wire.SendAsync(context, Wire.Frame([8, (byte)status()]));
        Wire.End(context, 0);
    }

    private static AsyncServerStreamingCall<HealthCheckResponse> Watch(Grpc.Health.V1.Health.HealthClient client, string service) =>
        client.Watch(new HealthCheckRequest { Service = service });

    private static async Task<Status> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext().WithTimeout());
        return watch.ResponseStream.Current.Status;
    }

    private static async Task<Status> CheckAsync(Grpc.Health.V1.Health.HealthClient client, string service) =>
        (await client.CheckAsync(new HealthCheckRequest { Service = service }).ResponseAsync.WithTimeout()).Status;

    /// <summary>The feed looks four times a second.</summary>
    private static async Task UntilAsync(Grpc.Health.V1.Health.HealthClient client, string service, Status status)
    {
        using AsyncServerStreamingCall<HealthCheckResponse> watch = Watch(client, service);
        while (await NextAsync(watch) != status)
        {
            // Told of every change.
        }
    }

    private sealed class ScriptedTargets(HeartbeatTargets targets, Action? onRead) : IHeartbeatTargets
    {
        public HeartbeatTargets Heartbeats
        {
            get
            {
                onRead?.Invoke();
                return targets;
            }
        }
    }
}
