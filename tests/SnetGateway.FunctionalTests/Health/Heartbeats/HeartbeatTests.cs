using System.Net;
using System.Text.Json;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SnetGateway.Ethereum;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Health.Heartbeats;
using Xunit;

namespace SnetGateway.FunctionalTests.Health.Heartbeats;

/// <summary>`/heartbeat`, and the services it asks.</summary>
public sealed class HeartbeatTests
{
    [Fact]
    public async Task Document_IsTheReferences_AsJson()
    {
        await using GatewayHarness gateway = await StartAsync(new HeartbeatOptions());
        using HttpResponseMessage response = await GetAsync(gateway);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        string text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(text);
        Assert.Equal(
            [
                "daemonID", "timestamp", "status", "serviceheartbeat", "daemonVersion", "blockchainEnabled", "blockchainNetwork",
                "storageClientCertDetails",
            ],
            document.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("id of echo", document.RootElement.GetProperty("daemonID").GetString());
        Assert.Equal("sepolia", document.RootElement.GetProperty("blockchainNetwork").GetString());
        Assert.True(long.TryParse(document.RootElement.GetProperty("timestamp").GetString(), out _));
        Assert.Equal("""{"serviceID":"echo-id","status":"UNKNOWN"}""", document.RootElement.GetProperty("serviceheartbeat").GetString());
    }

    [Fact]
    public async Task ServiceWithoutAHeartbeat_IsNotClaimedToBeOnline()
    {
        await using GatewayHarness gateway = await StartAsync(new HeartbeatOptions());
        Assert.Equal(("Warning", "UNKNOWN"), await ReadAsync(gateway));
    }

    [Theory]
    [InlineData(1, "Online", "SERVING")]
    [InlineData(2, "Offline", "NOT_SERVING")]
    [InlineData(-1, "Offline", "NOT_SERVING")]
    public async Task GrpcHeartbeat_AsksTheInstances(int answer, string status, string service)
    {
        await using GatewayHarness gateway =
            await StartAsync(new HeartbeatOptions { Kind = HeartbeatOptions.Grpc, HealthName = "my.Service" });
        byte[]? asked = null;
        gateway.Service.Handle = async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            asked = body.ToArray();
            if (answer < 0)
            {
                await Wire.TrailersOnly(context, 12);
                return;
            }

            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame([8, (byte)answer]));
            Wire.End(context, 0);
        };
        Assert.Equal((status, service), await ReadAsync(gateway));
        Assert.Equal("my.Service", HealthCheckRequest.Parser.ParseFrom(asked.AsSpan(5)).Service);
    }

    [Theory]
    [InlineData(200, "fine", "Online", "SERVING")]
    [InlineData(200, "", "Offline", "NOT_SERVING")]
    [InlineData(500, "broken", "Offline", "NOT_SERVING")]
    public async Task HttpHeartbeat_NeedsStatus200AndABody(int http, string body, string status, string service)
    {
        await using ScriptedService page = await ScriptedService.StartAsync(HttpProtocols.Http1);
        page.Handle = context =>
        {
            context.Response.StatusCode = http;
            return context.Response.WriteAsync(body);
        };
        await using GatewayHarness gateway =
            await StartAsync(new HeartbeatOptions { Kind = HeartbeatOptions.Http, Url = page.Address.ToString() });
        Assert.Equal((status, service), await ReadAsync(gateway));
    }

    [Fact]
    public async Task ServiceThatDoesNotAnswer_IsOffline_AfterItsTime()
    {
        await using ScriptedService page = await ScriptedService.StartAsync(HttpProtocols.Http1);
        page.Handle = context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        await using GatewayHarness gateway = await StartAsync(
            new HeartbeatOptions { Kind = HeartbeatOptions.Http, Url = page.Address.ToString(), Timeout = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(("Offline", "NOT_SERVING"), await ReadAsync(gateway));
    }

    [Fact]
    public async Task ManyQuestionsAtOnce_AskTheServiceOnce()
    {
        await using ScriptedService page = await ScriptedService.StartAsync(HttpProtocols.Http1);
        var answer = new SyncPoint();
        page.Handle = async context =>
        {
            await answer.WaitAsync();
            await context.Response.WriteAsync("fine");
        };
        await using GatewayHarness gateway = await StartAsync(
            new HeartbeatOptions { Kind = HeartbeatOptions.Http, Url = page.Address.ToString(), Timeout = TimeSpan.FromSeconds(30) },
            new FrozenTime());
        Task<(string, string)>[] reads = [.. Enumerable.Range(0, 20).Select(_ => ReadAsync(gateway))];
        await answer.Reached.WithTimeout();
        answer.Continue();
        Assert.All(await Task.WhenAll(reads).WithTimeout(), read => Assert.Equal(("Online", "SERVING"), read));
        Assert.Equal(1, page.Requests);
    }

    [Fact]
    public async Task GatewayThatIsNotReady_IsOffline()
    {
        await using GatewayHarness gateway = await StartAsync(new HeartbeatOptions());
        gateway.Readiness.Add("ledger", () => "full");
        Assert.Equal(("Offline", "UNKNOWN"), await ReadAsync(gateway));
    }

    [Theory]
    [InlineData("/heartbeat/echo", HttpStatusCode.OK)]
    [InlineData("/heartbeat/nobody", HttpStatusCode.NotFound)]
    public async Task NameBehindThePath_ChoosesTheService(string path, HttpStatusCode status)
    {
        await using GatewayHarness gateway = await StartAsync(new HeartbeatOptions());
        using HttpResponseMessage response = await GetAsync(gateway, path);
        Assert.Equal(status, response.StatusCode);
    }

    private static Task<GatewayHarness> StartAsync(HeartbeatOptions options, TimeProvider? time = null)
    {
        var subjects = new HeartbeatTargets([new HeartbeatTarget("echo", "echo-id", "id of echo", [], ["echo"], options)]);
        return GatewayHarness.StartAsync(
            services: services =>
            {
                if (time is not null)
                {
                    services.AddSingleton(time);
                }

                services.AddSingleton<HeartbeatCheck>();
                services.AddSingleton(Options.Create(new ChainOptions { ChainId = 11155111 }));
            },
            mapPublic: HeartbeatEndpoint.Map,
            live: GatewayHarness.Live(heartbeats: subjects));
    }

    private static async Task<HttpResponseMessage> GetAsync(GatewayHarness gateway, string path = "/heartbeat") =>
        await gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"http://{gateway.PublicEndPoint}{path}")).WithTimeout();

    private static async Task<(string Status, string Service)> ReadAsync(GatewayHarness gateway)
    {
        using HttpResponseMessage response = await GetAsync(gateway);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync().WithTimeout());
        using var service = JsonDocument.Parse(document.RootElement.GetProperty("serviceheartbeat").GetString()!);
        return (document.RootElement.GetProperty("status").GetString()!, service.RootElement.GetProperty("status").GetString()!);
    }

    /// <summary>No second passes, however slow the machine.</summary>
    private sealed class FrozenTime : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
