using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

[Collection(GatewayFixture.Collection)]
public sealed class TlsTests(GatewayFixture market)
{
    [Fact]
    public async Task PaidCall_OverTls_OnBothStacks()
    {
        string folder = Directory.CreateTempSubdirectory("snet-tls-").FullName;
        try
        {
            string certificate = WriteCertificate(folder);
            await using GatewayProcess gateway = await GatewayProcess.StartAsync(
                new GatewaySettings(market.Chain.State, new MarketService("echo", market.Service(ExampleLanguage.CSharp).Address) { Price = GatewayFixture.Price })
                {
                    Options = new Dictionary<string, string>
                    {
                        ["SnetGateway:Listeners:Public:CertificatePath"] = certificate,
                        ["SnetGateway:Listeners:Public:KeyPath"] = Path.Combine(folder, "key.pem"),
                    },
                });

            foreach (ClientStack stack in Enum.GetValues<ClientStack>())
            {
                ChainChannel channel = await market.Chain.OpenChannelAsync(100);
                CallReport call = await market.Client(stack).CallAsync(
                    market.Say(gateway, channel, GatewayFixture.Price) with { Tls = new ClientTls(certificate, "localhost") });
                Assert.True(call.Code == 0, $"{stack}: {call.Code}: {call.Details}");
                Assert.Equal(["hello"], call.Texts);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A certificate that is its own authority.</summary>
    private static string WriteCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string path = Path.Combine(folder, "certificate.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        return path;
    }
}
