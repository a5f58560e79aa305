using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.Listeners;
using Xunit;

namespace SnetGateway.FunctionalTests.Listeners;

/// <summary>One cleartext port for HTTP/2 and HTTP/1.1.</summary>
public sealed class SplitPortTests
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static readonly byte[] s_emptySettings = [0, 0, 0, 4, 0, 0, 0, 0, 0];

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task BothProtocols_AreServedOnOnePort(string version)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{gateway.PublicEndPoint}/livez")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage response = await gateway.SendAsync(request).WithTimeout();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Version.Parse(version), response.Version);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(23)]
    [InlineData(24)]
    public async Task PrefaceInTwoPieces_IsHttp2(int first)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        using TcpClient client = await ConnectAsync(gateway);
        byte[] bytes = [.. Encoding.ASCII.GetBytes(Preface), .. s_emptySettings];
        await client.GetStream().WriteAsync(bytes.AsMemory(0, first)).AsTask().WithTimeout();
        await client.GetStream().WriteAsync(bytes.AsMemory(first)).AsTask().WithTimeout();
        byte[] header = new byte[9];
        await client.GetStream().ReadExactlyAsync(header).AsTask().WithTimeout();
        Assert.Equal(4, header[3]);
    }

    [Theory]
    [InlineData("G")]
    [InlineData("P")]
    [InlineData("PR")]
    public async Task Http11InPieces_IsHttp11(string first)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        using TcpClient client = await ConnectAsync(gateway);
        string request = (first[0] == 'G' ? "GET" : "PROPFIND") + " /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request[..first.Length])).AsTask().WithTimeout();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request[first.Length..])).AsTask().WithTimeout();
        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 ", await reader.ReadLineAsync().WithTimeout(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r")]
    public async Task ConnectionThatDoesNotDecide_IsClosedInTime(string sent)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(
            services: services => services.Configure<ListenerOptions>(
                options => options.Public.DecisionTimeout = TimeSpan.FromMilliseconds(200)));
        using TcpClient client = await ConnectAsync(gateway);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent)).AsTask().WithTimeout();
        Assert.True(await IsClosedAsync(client));
    }

    [Fact]
    public async Task TooManyUndecidedConnections_CloseTheOldest_AndClientsThatSpeakAreServed()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(services: services => services
            .Configure<LimitOptions>(options => options.MaxUndecidedConnections = 3)
            .Configure<ListenerOptions>(options => options.Public.DecisionTimeout = TimeSpan.FromMinutes(1)));
        var silent = new List<TcpClient>();
        for (int i = 0; i < 5; i++)
        {
            silent.Add(await ConnectAsync(gateway));
        }

        Assert.True(await IsClosedAsync(silent[0]));
        Assert.True(await IsClosedAsync(silent[1]));
        Assert.Equal(0, (await gateway.CallAsync("first")).Status);
        Assert.True(await IsClosedAsync(silent[2]));
        using TcpClient last = silent[4];
        await last.GetStream().WriteAsync("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray()).AsTask().WithTimeout();
        using var reader = new StreamReader(last.GetStream());
        Assert.StartsWith("HTTP/1.1 ", await reader.ReadLineAsync().WithTimeout(), StringComparison.Ordinal);
        Assert.Single(gateway.Log.Lines, line => line.Event == "TooManyUndecided");
        silent.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task AdminPages_AreNotOnThePublicListener_AndViceVersa()
    {
        await using GatewayHarness gateway =
            await GatewayHarness.StartAsync(mapAdmin: endpoints => endpoints.MapGet("/secret", () => "admin"));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(gateway, gateway.AdminEndPoint, "/secret"));
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(gateway, gateway.PublicEndPoint, "/secret"));
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(gateway, gateway.AdminEndPoint, GatewayHarness.FreeMethod));
    }

    [Fact]
    public async Task Stop_LetsARunningCallEnd()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new() { ["SnetGateway:Limits:DrainTimeout"] = "00:00:20" });
        var service = new SyncPoint();
        gateway.Service.Handle = async context =>
        {
            await service.WaitAsync();
            await Wire.EchoAsync(context);
        };
        Task<GrpcReply> call = gateway.CallAsync("last");
        await service.Reached.WithTimeout();
        Task stopping = gateway.StopAsync();
        Assert.False(stopping.IsCompleted);
        service.Continue();
        Assert.Equal(["last"], (await call.WithTimeout()).Texts);
        await stopping.WithTimeout();
    }

    private static async Task<HttpStatusCode> GetAsync(GatewayHarness gateway, IPEndPoint endPoint, string path)
    {
        using HttpResponseMessage response =
            await gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"http://{endPoint}{path}")).WithTimeout();
        return response.StatusCode;
    }

    private static async Task<TcpClient> ConnectAsync(GatewayHarness gateway)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(gateway.PublicEndPoint).WithTimeout();
        return client;
    }

    private static async Task<bool> IsClosedAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1]).AsTask().WithTimeout() == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
