using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class TlsTests(GatewayFixture market)
{
    [Fact]
    public async Task PaidCall_OverTls_OnBothStacks()
    {
        string folder = Directory.CreateTempSubdirectory("snet-tls-").FullName;
        try
        {
            string certificate = SelfSignedCertificate.Write(folder);
            await using GatewayProcess gateway = await GatewayProcess.StartAsync(
                new GatewaySettings(
                    market.Chain.State,
                    new MarketService("echo", market.Service(ExampleLanguage.CSharp).Address) { Price = GatewayFixture.Price })
                {
                    Options = new Dictionary<string, string>
                    {
                        ["SnetGateway:Listeners:Public:CertificatePath"] = certificate,
                        ["SnetGateway:Listeners:Public:KeyPath"] = SelfSignedCertificate.KeyOf(folder),
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
}
