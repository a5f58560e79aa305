using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Monitoring;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.FunctionalTests.Telemetry;

/// <summary>Alerts of a whole gateway, as a mail server, a webhook's receiver and a Prometheus with the delivered rules get them.</summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
[Trait("Needs", "prometheus")]
[Trait("Needs", "smtp")]
public sealed class AlertTests(GatewayFixture market) : IAsyncLifetime
{
    private const string Password = "canary-71e0";
    private const int ReloadedEvent = 1501;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-alerts-");
    private EtcdTls _tls = null!;
    private SmtpServerProcess _mail = null!;
    private HookReceiver _webhook = null!;
    private ExampleServiceProcess _service = null!;

    public async ValueTask InitializeAsync()
    {
        _tls = StoreCertificates.Write(_folder.FullName, "mail");
        _mail = await SmtpServerProcess.StartAsync(Password, _tls.CertificateFile, _tls.KeyFile);
        _webhook = await HookReceiver.StartAsync();
        _service = await ExampleServiceProcess.StartAsync(ExampleLanguage.JavaScript, "watched");
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _webhook.DisposeAsync();
        await _mail.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task ServiceThatIsDown_FiresEverywhere_AndRecoversEverywhere_AndUnclaimedCogsAreSeen()
    {
        await using GatewayProcess gateway = await StartAsync();
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        ClientJob job = market.Say(gateway, channel, GatewayFixture.Price) with { Calls = 3 };
        Assert.All(await market.Client(ClientStack.Node).RunAsync(job), call => Assert.True(call.Code == 0, call.Details));
        await gateway.StopAsync();
        await gateway.StartAgainAsync(); // what was signed is known from the ledger
        await using PrometheusProcess prometheus = await PrometheusProcess.StartAsync(
            gateway.Admin, RepositoryFiles.PathOf("deploy/monitoring/alerts.rules.yml"));
        await NextAsync("ValueAtRisk", "firing");
        await prometheus.WaitAsync("snet_gateway_unclaimed", 3 * GatewayFixture.Price);
        await prometheus.WaitAsync("snet_gateway_unclaimed_blocks_to_expiry > bool 0", 1);
        await prometheus.WaitAsync(Firing("ValueAtRisk"), 1);
        await prometheus.WaitAsync(Firing("ServiceDown"), 0);

        await SetServingAsync(false);
        JsonElement alert = await NextAsync("ServiceDown", "firing");
        Assert.Equal("echo", alert.GetProperty("labels").GetProperty("subject").GetString());
        Assert.Equal("critical", alert.GetProperty("labels").GetProperty("severity").GetString());
        JsonElement mail = await NextMailAsync("FIRING critical: ServiceDown echo, since ");
        Assert.True(mail.GetProperty("encrypted").GetBoolean());
        Assert.Equal(SmtpServerProcess.User, mail.GetProperty("user").GetString());
        await prometheus.WaitAsync(Firing("ServiceDown"), 1);

        await SetServingAsync(true);
        JsonElement end = await NextAsync("ServiceDown", "resolved");
        Assert.Equal(alert.GetProperty("fingerprint").GetString(), end.GetProperty("fingerprint").GetString());
        await NextMailAsync("RESOLVED critical: ServiceDown echo, ");
        await prometheus.WaitAsync(Firing("ServiceDown"), 0);
    }

    [Fact]
    public async Task Silence_TakesEffectWithTheReload_AndAChainThatIsGone_FiresAndRecovers()
    {
        await using ChainRelay relay = await ChainRelay.StartAsync(market.Chain.State.RpcUrl);
        await using GatewayProcess gateway = await StartAsync(relay.Url);
        string file = Path.Combine(gateway.Folder, "appsettings.json");
        JsonNode settings = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        settings["SnetGateway"]!["Alerts"] = new JsonObject
        {
            ["Silences"] = new JsonObject { ["work"] = new JsonObject { ["Until"] = "2100-01-01T00:00:00Z", ["Subject"] = "echo*" } },
        };
        await File.WriteAllTextAsync(file, settings.ToJsonString());
        await Eventually.TrueAsync(
            "the silence is in force", () => Task.FromResult(gateway.Log.Any(line => line.EventId == ReloadedEvent)));

        await SetServingAsync(false);
        using var http = new HttpClient();
        await Eventually.TrueAsync(
            "the service is known to be down",
            async () => (await http.GetStringAsync(new Uri(gateway.Admin, "/metrics"))).Contains(
                "snet_gateway_alerts_firing{alert=\"ServiceDown\"} 1", StringComparison.Ordinal),
            ChildProcess.Patience);
        relay.Mode = RelayMode.Refuses;
        JsonElement first = (await _webhook.NextAsync()).Json.GetProperty("alerts");
        Assert.Equal("ChainUnreachable", Assert.Single(first.EnumerateArray()).GetProperty("labels").GetProperty("alertname").GetString());
        relay.Mode = RelayMode.Answers;
        await NextAsync("ChainUnreachable", "resolved");
        await SetServingAsync(true);
    }

    private static string Firing(string name) => $"count(ALERTS{{alertname=\"{name}\",alertstate=\"firing\"}}) or vector(0)";

    /// <summary>The next alert with this name and status that the webhook gets.</summary>
    private async Task<JsonElement> NextAsync(string name, string status)
    {
        while (true)
        {
            foreach (JsonElement alert in (await _webhook.NextAsync()).Json.GetProperty("alerts").EnumerateArray())
            {
                if (alert.GetProperty("labels").GetProperty("alertname").GetString() == name
                    && alert.GetProperty("status").GetString() == status)
                {
                    return alert;
                }
            }
        }
    }

    /// <summary>The next mail with this text.</summary>
    private async Task<JsonElement> NextMailAsync(string text)
    {
        while (true)
        {
            JsonElement mail = await _mail.NextAsync();
            if (mail.GetProperty("body").GetString()!.Contains(text, StringComparison.Ordinal))
            {
                return mail;
            }
        }
    }

    private async Task SetServingAsync(bool serving)
    {
        CallReport call = await market.Client(ClientStack.Node).CallAsync(
            new ClientJob { Endpoint = _service.Endpoint, Method = "example.EchoControl/SetServing", Requests = [new { serving }] });
        Assert.Equal(0, call.Code);
    }

    private Task<GatewayProcess> StartAsync(Uri? chain = null)
    {
        string password = Path.Combine(_folder.FullName, "password");
        File.WriteAllText(password, Password);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return GatewayProcess.StartAsync(new GatewaySettings(
            market.Chain.State,
            new MarketService("echo", _service.Address) { Price = GatewayFixture.Price, ProbeInterval = TimeSpan.FromSeconds(1) })
        {
            ChainUrl = chain,
            Options = new Dictionary<string, string>
            {
                ["SnetGateway:Log:Hooks:mail:Kind"] = "email",
                ["SnetGateway:Log:Hooks:mail:Interval"] = "00:00:01",
                ["SnetGateway:Log:Hooks:mail:Email:Host"] = "127.0.0.1",
                ["SnetGateway:Log:Hooks:mail:Email:Port"] = $"{_mail.Port}",
                ["SnetGateway:Log:Hooks:mail:Email:CaPath"] = _tls.CaFile,
                ["SnetGateway:Log:Hooks:mail:Email:UserName"] = SmtpServerProcess.User,
                ["SnetGateway:Log:Hooks:mail:Email:PasswordPath"] = password,
                ["SnetGateway:Log:Hooks:mail:Email:From"] = "gateway@example.org",
                ["SnetGateway:Log:Hooks:mail:Email:To:0"] = "operator@example.org",
                ["SnetGateway:Log:Hooks:incidents:Kind"] = "webhook",
                ["SnetGateway:Log:Hooks:incidents:Level"] = "None",
                ["SnetGateway:Log:Hooks:incidents:Interval"] = "00:00:01",
                ["SnetGateway:Log:Hooks:incidents:Webhook:Url"] = _webhook.Address.ToString(),
                ["SnetGateway:Alerts:After"] = "00:00:00",
                ["SnetGateway:Alerts:ResolveAfter"] = "00:00:00",
                ["SnetGateway:Alerts:UnclaimedCogs"] = "29",
            },
        });
    }
}
