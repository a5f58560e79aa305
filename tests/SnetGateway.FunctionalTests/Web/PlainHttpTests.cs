using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SnetGateway.Ethereum;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Health.Heartbeats;
using Xunit;

namespace SnetGateway.FunctionalTests.Web;

/// <summary>The little plain HTTP of the public port: what answers a GET, and that nothing else does.</summary>
public sealed class PlainHttpTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/favicon.ico")]
    [InlineData("/metrics")]
    [InlineData("/admin")]
    [InlineData("/.well-known/acme-challenge/token")]
    [InlineData("/heartbeats")]
    [InlineData("/encodings")]
    [InlineData("/test.Echo")]
    [InlineData("/test.Echo/Call")] // of a paid route
    [InlineData("/grpc.health.v1.Health/Check")] // the gateway's own
    [InlineData("/grpc.health.v1.Health/Nothing")]
    public async Task GetOfAnythingElse_Is404_AndReachesNoService(string path)
    {
        await using GatewayHarness gateway = await StartAsync();
        foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            foreach (Version version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
            {
                using HttpResponseMessage response = await SendAsync(gateway, path, method, version);
                Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
                Assert.Equal(0, response.Content.Headers.ContentLength ?? 0);
            }
        }

        Assert.Equal(0, gateway.Service.Requests);
    }

    [Fact]
    public async Task GetOfAFreeRoute_ReachesTheService()
    {
        await using GatewayHarness gateway = await StartAsync();
        gateway.Service.Handle = context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        };
        using HttpResponseMessage response = await SendAsync(gateway, "/free.Echo/page", HttpMethod.Get, HttpVersion.Version11);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Theory]
    [InlineData("", "/encoding", "proto")] // no service
    [InlineData("a=proto", "/encoding", "proto")]
    [InlineData("a=json", "/encoding", "json")]
    [InlineData("a=json", "/encoding/a", "json")]
    [InlineData("a=json", "/encoding/b", null)]
    [InlineData("a=json,b=json", "/encoding", "json")]
    [InlineData("a=json,b=proto", "/encoding", null)] // both have this host
    [InlineData("a=json,b=proto", "/encoding/b", "proto")]
    public async Task Encoding_IsThatOfTheService(string services, string path, string? encoding)
    {
        HeartbeatTarget[] targets = [.. services.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(service => service.Split('='))
            .Select(parts => new HeartbeatTarget(parts[0], parts[0], "", [], [], new HeartbeatOptions()) { Encoding = parts[1] })];
        await using GatewayHarness gateway = await StartAsync(targets);
        foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            using HttpResponseMessage response = await SendAsync(gateway, path, method, HttpVersion.Version11);
            Assert.Equal(encoding is null ? HttpStatusCode.NotFound : HttpStatusCode.OK, response.StatusCode);
            string body = await response.Content.ReadAsStringAsync().WithTimeout();
            Assert.Equal(encoding is null || method == HttpMethod.Head ? "" : $"{encoding}\n", body);
            Assert.Equal(encoding is null ? null : "text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        }
    }

    private static Task<GatewayHarness> StartAsync(params HeartbeatTarget[] targets)
    {
        var health = new GatewayHealth();
        return GatewayHarness.StartAsync(
            services: services =>
            {
                services.AddOwnServices();
                services.AddSingleton<HeartbeatCheck>();
                services.AddSingleton(Options.Create(new ChainOptions { ChainId = 1 }));
            },
            mapPublic: endpoints =>
            {
                endpoints.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, health));
                HeartbeatEndpoint.Map(endpoints);
                EncodingEndpoint.Map(endpoints);
            },
            live: GatewayHarness.Live(heartbeats: new HeartbeatTargets(targets)));
    }

    private static Task<HttpResponseMessage> SendAsync(GatewayHarness gateway, string path, HttpMethod method, Version version) =>
        gateway.SendAsync(new HttpRequestMessage(method, $"http://{gateway.PublicEndPoint}{path}")
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        }).WithTimeout();
}
