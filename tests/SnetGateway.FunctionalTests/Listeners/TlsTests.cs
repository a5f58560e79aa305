using System.Net;
using System.Net.Security;
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
