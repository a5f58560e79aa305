using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Listeners;
using Xunit;

namespace SnetGateway.FunctionalTests.Listeners;

/// <summary>The client's address is taken from the PROXY header of a trusted TCP load balancer, and only of such a one.</summary>
public sealed class ProxyProtocolTests
{
    private const string Trusted = "SnetGateway:Listeners:Public:TrustedProxies:0";
    private static readonly byte[] s_line = Encoding.ASCII.GetBytes("PROXY TCP4 203.0.113.9 127.0.0.1 54321 7000\r\n");

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(45)]
    public async Task TrustedBalancer_ServiceSeesTheClientsAddress(int first)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new() { [Trusted] = "127.0.0.0/8" });
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame(context.Request.Headers["x-forwarded-for"].ToString()));
            Wire.End(context, 0);
        };
        using HttpMessageInvoker client = ClientBehindBalancer(s_line, first);
        using HttpResponseMessage response = await client.SendAsync(
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment()),
            CancellationToken.None).WithTimeout();
        Assert.Equal(["203.0.113.9"], (await GrpcReply.ReadAsync(response).WithTimeout()).Texts);
    }

    [Fact]
    public async Task TrustedBalancerOverTls_IsServed()
    {
        using var files = new TestCertificate();
        Dictionary<string, string?> settings = files.Settings;
        settings[Trusted] = "127.0.0.1";
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(settings);
        using HttpMessageInvoker client = ClientBehindBalancer(s_line, 10);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{gateway.PublicEndPoint}/livez");
        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None).WithTimeout();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PROXY TCP4 203.0")]
    [InlineData("no header at all")]
    public async Task TrustedBalancerOverTlsThatDisconnects_OrIsLate_IsClosedWithoutAnError(string sent)
    {
        using var files = new TestCertificate();
        Dictionary<string, string?> settings = files.Settings;
        settings[Trusted] = "127.0.0.1";
        await using GatewayHarness gateway = await GatewayHarness.StartAsync( // disposing it fails when an error was logged
            settings,
            services => services.Configure<ListenerOptions>(options => options.Public.DecisionTimeout = TimeSpan.FromMilliseconds(200)));
        using (var leaves = new TcpClient { LingerState = new LingerOption(true, 0) })
        {
            await leaves.ConnectAsync(gateway.PublicEndPoint).WithTimeout();
            await leaves.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent)).AsTask().WithTimeout();
        }

        using var late = new TcpClient();
        await late.ConnectAsync(gateway.PublicEndPoint).WithTimeout();
        await late.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent)).AsTask().WithTimeout();
        Assert.Empty(await RestAsync(late.GetStream()));
    }

    [Theory]
    [InlineData("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task TrustedBalancerWithoutAHeader_IsClosed(string sent)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new() { [Trusted] = "127.0.0.1" });
        Assert.Empty(await AnswerAsync(gateway.PublicEndPoint, sent));
        Assert.True(gateway.Log.Has("NoProxyHeader"));
    }

    [Fact]
    public async Task PortCheckOfABalancer_LeavesNoWarning()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new() { [Trusted] = "127.0.0.1" });
        Assert.Empty(await AnswerAsync(gateway.PublicEndPoint, ""));
        Assert.False(gateway.Log.Has("NoProxyHeader"));
    }

    [Fact]
    public async Task HeaderFromAnUntrustedPeer_IsRefused()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new() { [Trusted] = "192.0.2.0/24" });
        string answer =
            await AnswerAsync(gateway.PublicEndPoint, Encoding.ASCII.GetString(s_line) + "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), answer);
    }

    private static async Task<string> AnswerAsync(IPEndPoint gateway, string sent)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(gateway).WithTimeout();
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(sent)).AsTask().WithTimeout();
        client.Client.Shutdown(SocketShutdown.Send);
        return await RestAsync(stream);
    }

    private static async Task<string> RestAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream);
        try
        {
            return await reader.ReadToEndAsync().WithTimeout();
        }
        catch (IOException)
        {
            return ""; // reset
        }
    }

    /// <summary>Connections begin with the header, in two parts.</summary>
    private static HttpMessageInvoker ClientBehindBalancer(byte[] header, int first) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        ConnectCallback = async (context, token) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, token);
            await socket.SendAsync(header.AsMemory(0, first), token);
            await socket.SendAsync(header.AsMemory(first), token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
