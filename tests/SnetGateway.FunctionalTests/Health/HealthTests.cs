using System.Net;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Http;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Health;

/// <summary>Probes of the gateway, and the gateway's probes of instances.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Livez_IsAnsweredOnBothListeners()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        Assert.Equal((HttpStatusCode.OK, "live\n"), await GetAsync(gateway, gateway.PublicEndPoint, "/livez"));
        Assert.Equal((HttpStatusCode.OK, "live\n"), await GetAsync(gateway, gateway.AdminEndPoint, "/livez"));
    }

    [Fact]
    [Rule(12)]
    public async Task Readyz_FollowsItsConditions_AndTellsOnlyTheOperatorWhy()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        string? problem = "the disk is full";
        gateway.Readiness.Add("ledger", () => problem);
        gateway.Readiness.Add("chain", () => null);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not ready\n"), await GetAsync(gateway, gateway.PublicEndPoint, "/readyz"));
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "ledger: the disk is full\n"), await GetAsync(gateway, gateway.AdminEndPoint, "/readyz"));
        problem = null;
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await GetAsync(gateway, gateway.PublicEndPoint, "/readyz"));
    }

    [Fact]
    public async Task InstanceThatDoesNotServe_GetsNoCalls_UntilItServesAgain()
    {
        await using ScriptedService second = await ScriptedService.StartAsync();
        int status = 1;
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(Probed(second));
        gateway.Service.Handle = context => Answer(context, () => status);
        second.Handle = context => Answer(context, () => 1);
        status = 2;
        await UntilAsync(gateway, async () => !await IsUsedAsync(gateway, gateway.Service));
        status = 1;
        await UntilAsync(gateway, () => IsUsedAsync(gateway, gateway.Service));
    }

    [Fact]
    public async Task DeadInstance_GetsNoCalls()
    {
        ScriptedService second = await ScriptedService.StartAsync();
        second.Handle = context => Answer(context, () => 1);
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(Probed(second));
        gateway.Service.Handle = context => Answer(context, () => 1);
        await DiesAsync(gateway, second);
    }

    [Fact]
    public async Task DeadInstance_WithoutProbes_GetsNoCallsAfterSomeThatFailed()
    {
        ScriptedService second = await ScriptedService.StartAsync();
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(Watched(second));
        await DiesAsync(gateway, second);
    }

    [Fact]
    public async Task CallersWhoLeave_MarkNoInstance()
    {
        await using ScriptedService second = await ScriptedService.StartAsync();
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(Watched(second));
        RequestDelegate echo = gateway.Service.Handle;
        var asked = new SemaphoreSlim(0);
        gateway.Service.Handle = second.Handle = async context =>
        {
            asked.Release();
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted); // no answer
        };
        for (int i = 0; i < 40; i++)
        {
            using var leave = new CancellationTokenSource();
            Task call = gateway.SendAsync(
                gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment()), leave.Token);
            await asked.WaitAsync().WithTimeout();
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call).WithTimeout();
        }

        gateway.Service.Handle = second.Handle = echo;
        Assert.True(await IsUsedAsync(gateway, gateway.Service) && await IsUsedAsync(gateway, second));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task InstanceWithoutAHealthService_IsHealthyByOption(bool missingIsHealthy)
    {
        await using ScriptedService second = await ScriptedService.StartAsync();
        Dictionary<string, string?> settings = Probed(second);
        settings["SnetGateway:Backends:MissingHealthServiceIsHealthy"] = missingIsHealthy.ToString();
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(settings);
        int probes = 0;
        gateway.Service.Handle = context =>
        {
            if (!IsProbe(context))
            {
                return Wire.EchoAsync(context);
            }

            Interlocked.Increment(ref probes);
            return Wire.TrailersOnly(context, 12);
        };
        second.Handle = context => Answer(context, () => 1);
        await UntilAsync(gateway, async () => probes > 3 && await IsUsedAsync(gateway, gateway.Service) == missingIsHealthy);
    }

    [Fact]
    public async Task ProbedService_IsNamedByThePath()
    {
        await using ScriptedService second = await ScriptedService.StartAsync();
        Dictionary<string, string?> settings = Probed(second);
        settings["ReverseProxy:Clusters:echo:HealthCheck:Active:Path"] = "/my.Service";
        var asked = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        second.Handle = async context =>
        {
            if (IsProbe(context))
            {
                var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                asked.TrySetResult(body.ToArray());
            }
        };
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(settings);
        byte[] frame = await asked.Task.WithTimeout();
        Assert.Equal("my.Service", HealthCheckRequest.Parser.ParseFrom(frame.AsSpan(FrameHeader.Size)).Service);
    }

    [Fact]
    public async Task NoHealthyInstance_IsUnavailable()
    {
        await using ScriptedService second = await ScriptedService.StartAsync();
        second.Handle = context => Answer(context, () => 2);
        Dictionary<string, string?> settings = Probed(second);
        settings["ReverseProxy:Clusters:echo:HealthCheck:AvailableDestinationsPolicy"] = "HealthyAndUnknown";
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(settings);
        gateway.Service.Handle = context => Answer(context, () => 2);
        await UntilAsync(
            gateway, async () => (await gateway.CallAsync("a")) is { Status: 14, Message: "no instance of the service is available" });
    }

    private static Dictionary<string, string?> Probed(ScriptedService second) => new()
    {
        ["ReverseProxy:Clusters:echo:LoadBalancingPolicy"] = "RoundRobin",
        ["ReverseProxy:Clusters:echo:Destinations:two:Address"] = second.Address.ToString(),
        ["ReverseProxy:Clusters:echo:HealthCheck:Active:Enabled"] = "true",
        ["ReverseProxy:Clusters:echo:HealthCheck:Active:Interval"] = "00:00:00.05",
        ["ReverseProxy:Clusters:echo:HealthCheck:Active:Timeout"] = "00:00:02",
    };

    /// <summary>Judged by the calls alone.</summary>
    private static Dictionary<string, string?> Watched(ScriptedService second) => new()
    {
        ["ReverseProxy:Clusters:echo:LoadBalancingPolicy"] = "RoundRobin",
        ["ReverseProxy:Clusters:echo:Destinations:two:Address"] = second.Address.ToString(),
        ["ReverseProxy:Clusters:echo:HealthCheck:Passive:Enabled"] = "true",
        ["ReverseProxy:Clusters:echo:HealthCheck:Passive:Policy"] = "TransportFailureRate",
    };

    /// <summary>After its death, calls fail until eight in a row do not.</summary>
    private static async Task DiesAsync(GatewayHarness gateway, ScriptedService instance)
    {
        Assert.Equal(0, (await gateway.CallAsync("a")).Status);
        await instance.DisposeAsync();
        await UntilAsync(gateway, async () =>
        {
            for (int i = 0; i < 8; i++)
            {
                if ((await gateway.CallAsync("a")).Status != 0)
                {
                    return false;
                }
            }

            return true;
        });
    }

    private static bool IsProbe(HttpContext context) => context.Request.Path == "/grpc.health.v1.Health/Check";

    private static async Task Answer(HttpContext context, Func<int> status)
    {
        if (!IsProbe(context))
        {
            await Wire.EchoAsync(context);
            return;
        }

        Wire.Begin(context);
        await Wire.SendAsync(context, Wire.Frame([8, (byte)status()]));
        Wire.End(context, 0);
    }

    /// <summary>Whether four calls in a row reach this instance of two at all.</summary>
    private static async Task<bool> IsUsedAsync(GatewayHarness gateway, ScriptedService instance)
    {
        RequestDelegate handle = instance.Handle;
        int calls = 0;
        instance.Handle = context =>
        {
            if (!IsProbe(context))
            {
                Interlocked.Increment(ref calls);
            }

            return handle(context);
        };
        for (int i = 0; i < 4; i++)
        {
            await gateway.CallAsync("a");
        }

        instance.Handle = handle;
        return calls > 0;
    }

    private static async Task UntilAsync(GatewayHarness gateway, Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            Assert.False(
                limit.IsCancellationRequested, "The condition did not come true:\n" + string.Join('\n', gateway.Log.Lines.TakeLast(20)));
            await Task.Yield();
        }
    }

    private static async Task<(HttpStatusCode, string)> GetAsync(GatewayHarness gateway, IPEndPoint endPoint, string path)
    {
        using HttpResponseMessage response =
            await gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"http://{endPoint}{path}")).WithTimeout();
        return (response.StatusCode, await response.Content.ReadAsStringAsync().WithTimeout());
    }
}
