using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Listeners;

/// <summary>The public listener with a certificate: ALPN chooses the protocol.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("snet-tls-").FullName;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task BothProtocols_AreServedOverTls(string version)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(WriteCertificate());
        using var client = NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{gateway.PublicEndPoint}/livez")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None).Soon();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Version.Parse(version), response.Version);
    }

    [Fact]
    public async Task PaidCall_OverTls()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(WriteCertificate());
        using var client = NewClient();
        HttpRequestMessage request = gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("tls")), GatewayHarness.Payment());
        request.RequestUri = new Uri($"https://{gateway.PublicEndPoint}{GatewayHarness.Method}");
        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None).Soon();
        GrpcReply reply = await GrpcReply.ReadAsync(response).Soon();
        Assert.Equal(["tls"], reply.Texts);
        Assert.Equal(0, reply.Status);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static HttpMessageInvoker NewClient() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    });

    private Dictionary<string, string?> WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        string certificatePath = Path.Combine(_folder, "certificate.pem");
        string keyPath = Path.Combine(_folder, "key.pem");
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        return new()
        {
            ["SnetGateway:Listeners:Public:CertificatePath"] = certificatePath,
            ["SnetGateway:Listeners:Public:KeyPath"] = keyPath,
        };
    }
}
