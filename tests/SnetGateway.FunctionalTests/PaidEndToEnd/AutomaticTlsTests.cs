using System.Security.Cryptography;
using SnetGateway.TestKit.Acme;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>From an empty directory to paid calls over TLS, with a certificate that the gateway ordered.</summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class AutomaticTlsTests(GatewayFixture market) : IAsyncLifetime
{
    private const string Host = "api.example.org";
    private const int Issued = 1027, StoredInUse = 1026;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-acme-");
    private PebbleProcess _pebble = null!;

    public async ValueTask InitializeAsync() => _pebble = await PebbleProcess.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _pebble.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task TwentyFiveLines_AreEnough_ForTlsAndPaidCalls()
    {
        string configuration = Configuration();
        Assert.InRange(configuration.Split('\n').Length, 1, 25);
        await using GatewayProcess gateway = await StartAsync(configuration);
        await CallAsync(gateway, Issued);
        Assert.Equal(0, (await gateway.RunCommandAsync("check-config")).ExitCode);
    }

    [Fact]
    [Trait("Needs", "redis")]
    public async Task Replica_ThatDidNotOrder_ServesTheCertificate_FromTheSharedStore()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        string key = Path.Combine(_folder.FullName, "certificates.key");
        await File.WriteAllBytesAsync(key, RandomNumberGenerator.GetBytes(32));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Dictionary<string, string> Options(string replica, int port) => new()
        {
            ["SnetGateway:Ledger:Store"] = "redis",
            ["SnetGateway:Ledger:Redis:Endpoint"] = redis.Endpoint,
            ["SnetGateway:Ledger:Journal:Path"] = Path.Combine(_folder.FullName, replica),
            ["SnetGateway:Acme:StoreKeyPath"] = key,
            ["SnetGateway:Listeners:Public:ChallengeAddress"] = $"127.0.0.1:{port}",
        };
        await using GatewayProcess first = await StartAsync(Configuration(), Options("first", _pebble.HttpPort));
        await CallAsync(first, Issued);
        await using GatewayProcess second = await StartAsync(Configuration(), Options("second", FreePort.Find()));
        await CallAsync(second, StoredInUse);
        Assert.DoesNotContain(second.Log, line => line.EventId == Issued);
    }

    private Task<GatewayProcess> StartAsync(string configuration, Dictionary<string, string>? options = null) =>
        GatewayProcess.StartAsync(new GatewaySettings(market.Chain.State)
        {
            File = configuration,
            Options = new Dictionary<string, string>(options ?? []) { ["Logging:Console:FormatterName"] = "json" },
        });

    private async Task CallAsync(GatewayProcess gateway, int inUse)
    {
        await Eventually.TrueAsync("there is a certificate", () => Task.FromResult(gateway.Log.Any(line => line.EventId == inUse)));
        string root = Path.Combine(_folder.FullName, "root.pem");
        await File.WriteAllTextAsync(root, await _pebble.ReadRootAsync());
        ChainChannel channel = await market.Chain.OpenChannelAsync(100);
        CallReport call = await market.Client(ClientStack.Node).CallAsync(
            market.Say(gateway, channel, GatewayFixture.Price) with { Tls = new ClientTls(root, Host) });
        Assert.True(call.Code == 0, $"{call.Code}: {call.Details}");
        Assert.Equal(["hello"], call.Texts);
    }

    private string Configuration() => $$"""
        {
          "SnetGateway": {
            "Listeners": {
              "Public": { "Address": "127.0.0.1:0", "Domains": ["{{Host}}"], "ChallengeAddress": "127.0.0.1:{{_pebble.HttpPort}}" },
              "Admin": { "Address": "127.0.0.1:0" }
            },
            "Acme": { "Directory": "{{_pebble.DirectoryUrl}}", "CaPath": "{{_pebble.CaPath}}", "AgreeToTerms": true },
            "Chain": {
              "Endpoints": ["{{market.Chain.State.RpcUrl}}"],
              "ChainId": {{market.Chain.State.ChainId}}, "EscrowAddress": "{{market.Chain.State.MultiPartyEscrow}}"
            },
            "Groups": {
              "default": {
                "OrganizationId": "{{market.Chain.State.OrganizationId}}",
                "GroupId": "{{market.Chain.State.GroupIdBase64}}",
                "PaymentAddress": "{{market.Chain.State.Accounts["provider"].Address}}"
              }
            },
            "Services": { "echo": { "Group": "default", "ServiceId": "echo", "Price": { "Cogs": {{GatewayFixture.Price}} } } }
          },
          "ReverseProxy": {
            "Routes": { "echo": { "ClusterId": "echo", "Match": { "Path": "/{**method}" }, "Metadata": { "Service": "echo" } } },
            "Clusters": { "echo": { "Destinations": { "one": { "Address": "{{market.Service(ExampleLanguage.CSharp).Address}}" } } } }
          }
        }
        """;
}
