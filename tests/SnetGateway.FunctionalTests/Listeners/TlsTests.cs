using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Listeners;

/// <summary>The public listener with a certificate: ALPN chooses the protocol.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestCertificate _certificate = new();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task BothProtocols_AreServedOverTls(string version)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(_certificate.Settings);
        using HttpMessageInvoker client = NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{gateway.PublicEndPoint}/livez")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None).WithTimeout();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Version.Parse(version), response.Version);
    }

    [Fact]
    public async Task PaidCall_OverTls()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(_certificate.Settings);
        using HttpMessageInvoker client = NewClient();
        HttpRequestMessage request = gateway.Request(
            GatewayHarness.Method, new ByteArrayContent(Wire.Frame("tls")), GatewayHarness.Payment());
        request.RequestUri = new Uri($"https://{gateway.PublicEndPoint}{GatewayHarness.Method}");
        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None).WithTimeout();
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
        Assert.Equal(["tls"], reply.Texts);
        Assert.Equal(0, reply.Status);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task ReplacedFiles_AreSeenByClients_WithAndWithoutAHost_AndOpenConnectionsStay(string host)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(_certificate.Settings);
        await using SslStream open = await TlsClient.ConnectAsync(gateway.PublicEndPoint, host);
        string before = TlsClient.SerialOf(open);
        Assert.Equal(before, await TlsClient.SerialAsync(gateway.PublicEndPoint, host));

        _certificate.Replace();
        await Eventually.TrueAsync(() => gateway.Log.Count("CertificateInUse") == 2);
        Assert.NotEqual(before, await TlsClient.SerialAsync(gateway.PublicEndPoint, host));

        // The connection from before the change still works.
        await open.WriteAsync("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        byte[] response = new byte[12];
        await open.ReadExactlyAsync(response).AsTask().WithTimeout();
        Assert.Equal("HTTP/1.1 200", System.Text.Encoding.ASCII.GetString(response));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable SYSLIB0039, CA5397 // that TLS 1.1 is refused is what is tested
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore SYSLIB0039, CA5397
    public async Task Versions_AreTls12And13(SslProtocols version, bool isServed)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(_certificate.Settings);
        Task<SslStream> connecting = TlsClient.ConnectAsync(gateway.PublicEndPoint, "localhost", version);
        if (isServed)
        {
            await using SslStream stream = await connecting.WithTimeout();
            Assert.Equal(version, stream.SslProtocol);
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(() => connecting.WithTimeout());
        }
    }

    [Fact]
    public async Task EmptyCertificatePaths_AreCleartext()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new()
        {
            ["SnetGateway:Listeners:Public:CertificatePath"] = "",
            ["SnetGateway:Listeners:Public:KeyPath"] = "",
        });
        Assert.Equal(0, (await gateway.CallAsync("a")).Status);
    }

    public void Dispose() => _certificate.Dispose();

    private static HttpMessageInvoker NewClient() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    });
}
