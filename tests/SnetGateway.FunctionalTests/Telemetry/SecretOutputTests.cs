using SnetGateway.FunctionalTests.Admin;
using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Telemetry;

/// <summary>
/// No log and no trace has a secret. Answers of the admin API: SecretTests; pages: DashboardBrowserTests; failed starts: CommandLineTests.
/// </summary>
[Collection(GatewayFixture.Tokens)]
[Trait("Needs", "chain")]
public sealed class SecretOutputTests(GatewayFixture market) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-secrets-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task LogsOfEveryLevel_AndTraces_HaveNoSecret()
    {
        await using OtlpReceiver collector = await OtlpReceiver.StartAsync(overHttp: true);
        DirectoryInfo logs = _folder.CreateSubdirectory("logs");
        var options = new Dictionary<string, string>
        {
            ["Logging:LogLevel:Default"] = "Trace",
            ["SnetGateway:Log:File:Path"] = Path.Combine(logs.FullName, "gateway.log"),
            ["SnetGateway:Chain:Endpoints:0"] = $"http://user:{Canaries.Text}@127.0.0.1:1/v3/{Canaries.Text}?key={Canaries.Text}",
            ["SnetGateway:Chain:Endpoints:1"] = $"{market.Chain.State.RpcUrl}",
            ["SnetGateway:Prepaid:SecretPath"] = Secret("prepaid", string.Concat(Enumerable.Repeat(Canaries.Text, 6))),
            ["SnetGateway:Telemetry:Otlp:Endpoint"] = $"{collector.Address}",
            ["SnetGateway:Telemetry:Otlp:Protocol"] = "http",
            ["SnetGateway:Telemetry:Otlp:HeadersPath"] = Secret("headers", $"authorization=Bearer%20{Canaries.Text}"),
            ["SnetGateway:Telemetry:Otlp:TraceRatio"] = "1",
            ["SnetGateway:Log:Hooks:post:Kind"] = "webhook",
            ["SnetGateway:Log:Hooks:post:Level"] = "Warning",
            ["SnetGateway:Log:Hooks:post:Interval"] = "00:00:01",
            ["SnetGateway:Log:Hooks:post:Webhook:Url"] = $"http://127.0.0.1:1/{Canaries.Text}?key={Canaries.Text}",
            ["SnetGateway:Log:Hooks:post:Webhook:TokenPath"] = Secret("hook-token", Canaries.Text),
            ["ReverseProxy:Routes:secrets:Transforms:0:RequestHeader"] = "authorization",
            ["ReverseProxy:Routes:secrets:Transforms:0:Set"] = $"Bearer {Canaries.Text}",
            ["SomeOther:Password"] = Canaries.Text,
        };
        string token;
        await using (GatewayProcess gateway = await StartAsync(options))
        {
            ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
            ClientJob ask = new()
            {
                Endpoint = gateway.Endpoint, Prepaid = ClientPrepaid.From(market.Chain.State, channel, 2 * GatewayFixture.Price),
            };
            ClientJob call = ask with { Method = "example.Echo/Say", Requests = [new { text = "hello" }] };
            token = Assert.IsType<string>((await market.Client(ClientStack.Node).CallAsync(ask)).Prepaid?.Token);
            CallReport[] calls =
            [
                await market.Client(ClientStack.Node).CallAsync(call),
                await market.Client(ClientStack.Node).CallAsync(call with { Prepaid = call.Prepaid! with { Token = $"{token}x" } }),
                await market.Client(ClientStack.Node).CallAsync(market.Say(gateway, channel, GatewayFixture.Price)),
            ];
            Assert.Equal([true, false, true], calls.Select(one => one.Code == 0));
        }

        Assert.NotEmpty(collector.All);
        string[] outputs = [await File.ReadAllTextAsync(logs.GetFiles().Single().FullName), .. collector.Texts];
        Assert.Contains(" VRB ", outputs[0], StringComparison.Ordinal);
        // A call of a channel that is not known yet reads it from a node, whose URL usually contains a key.
        Assert.DoesNotContain(collector.Texts, text => text.Contains(market.Chain.State.RpcUrl.Authority, StringComparison.Ordinal));
        string signature = token[(token.LastIndexOf('.') + 1)..];
        foreach (string output in outputs)
        {
            AssertHasNot(Canaries.Text, output);
            AssertHasNot(signature, output);
        }
    }

    private static void AssertHasNot(string secret, string output)
    {
        int at = output.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
        Assert.True(at < 0, at < 0 ? "" : output[Math.Max(0, at - 300)..Math.Min(output.Length, at + 100)]);
    }

    private string Secret(string name, string content) => Canaries.FileOf(_folder, name, content);

    private Task<GatewayProcess> StartAsync(Dictionary<string, string> options) => GatewayProcess.StartAsync(new GatewaySettings(
        market.Chain.State,
        new MarketService("secrets", market.Service(ExampleLanguage.JavaScript).Address) { Price = GatewayFixture.Price })
    {
        Options = options,
    });
}
