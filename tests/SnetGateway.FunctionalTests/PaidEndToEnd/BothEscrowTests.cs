using System.Globalization;
using System.Text.Json.Nodes;
using SnetGateway.FunctionalTests.Telemetry;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>
/// One process that serves two escrow contracts of a chain, as the main network has them: `serve --with`. The same channel id exists at
/// both.
/// </summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class BothEscrowTests(GatewayFixture market) : IDisposable
{
    private const long FetPrice = 10, AgixPrice = 3;
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const int Started = 1010;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-agix-");
    private readonly string _agixEndpoint = $"127.0.0.1:{FreePort.Find()}", _agixAdmin = $"127.0.0.1:{FreePort.Find()}";

    private string AgixFile => Path.Combine(_folder.FullName, "agix.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task OneProcess_ServesBothEscrows_EachWithItsOwnLedger_AlsoAfterAKill()
    {
        (ChainState fet, ChainState agix) = (market.Chain.State, await market.Chain.AddEscrowAsync());
        ChainChannel ofFet = await market.Chain.GetChannelAsync(fet.Channels["selfSigned"].Id), ofAgix = agix.Channels["selfSigned"];
        Assert.Equal(ofFet.Id, ofAgix.Id);
        await using GatewayProcess gateway = await StartAsync(agix, []);
        ClientJob atFet = At(gateway.Endpoint, fet, ofFet, FetPrice), atAgix = At(_agixEndpoint, agix, ofAgix, AgixPrice);

        await PayAsync(atFet);
        await PayAsync(atAgix);

        Assert.Equal((FetPrice, AgixPrice), (await SignedAsync(atFet), await SignedAsync(atAgix)));
        Assert.Equal((1L, 1L), (await SettledAsync(gateway.Admin), await SettledAsync(new Uri($"http://{_agixAdmin}"))));
        Assert.Equal(
            ["agix", "appsettings"], gateway.Log.Where(line => line.EventId == Started).Select(line => line.Values["Gateway"]).Order());

        // A signature is over the contract's address.
        await IsRefusedAsync(gateway.Endpoint, agix, ofFet, FetPrice);
        await IsRefusedAsync(_agixEndpoint, fet, ofAgix, AgixPrice);

        await gateway.KillAsync();
        await gateway.StartAgainAsync();
        await WaitUntilReadyAsync(gateway);
        Assert.Equal((FetPrice, AgixPrice), (await SignedAsync(atFet), await SignedAsync(atAgix)));
        await PayAsync(atFet);
        await PayAsync(atAgix);
        Assert.Equal((2 * FetPrice, 2 * AgixPrice), (await SignedAsync(atFet), await SignedAsync(atAgix)));

        Assert.Equal(0, await gateway.StopAsync());
        gateway.Settings = gateway.Settings with { Options = new Dictionary<string, string>() };
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
        await using var verify = ChildProcess.Start(GatewayProcess.Program, ["ledger", "verify", "--config", AgixFile], _folder.FullName);
        Assert.True(await verify.WaitForExitAsync() == 0, verify.RecentOutput);
    }

    [Fact]
    public async Task Spans_GoToTheCollectorOfTheirGateway()
    {
        (ChainState fet, ChainState agix) = (market.Chain.State, await market.Chain.AddEscrowAsync());
        await using OtlpReceiver collector = await OtlpReceiver.StartAsync(overHttp: false);
        await using OtlpReceiver other = await OtlpReceiver.StartAsync(overHttp: false);
        GatewayProcess gateway = await StartAsync(agix, OtlpAt(collector), OtlpAt(other));
        await using (gateway)
        {
            ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
            await PayAsync(At(gateway.Endpoint, fet, channel, FetPrice) with
            {
                Metadata = new Dictionary<string, object?> { ["traceparent"] = $"00-{Trace}-b7ad6b7169203331-01" },
            });
            await PayAsync(At(_agixEndpoint, agix, agix.Channels["selfSigned"], AgixPrice));
        }

        Assert.Contains(collector.All, span => span.Name == "settle");
        Assert.All(collector.All, span => Assert.Equal(Trace, span.Trace));
        Assert.Empty(other.All);
        Assert.True(other.MetricRequests > 0);
    }

    private static Dictionary<string, string> OtlpAt(OtlpReceiver collector) => new()
    {
        ["SnetGateway:Telemetry:Otlp:Endpoint"] = $"{collector.Address}",
        ["SnetGateway:Telemetry:Otlp:TraceRatio"] = "0",
    };

    /// <summary>The gateway of FET, with that of AGIX in the same process.</summary>
    private async Task<GatewayProcess> StartAsync(
        ChainState agix, Dictionary<string, string> options, Dictionary<string, string>? agixOptions = null)
    {
        Uri service = market.Service(ExampleLanguage.JavaScript).Address;
        var second = new GatewaySettings(agix, new MarketService("echo", service) { Price = AgixPrice });
        JsonObject file = JsonNode.Parse(second.Write(_folder.FullName, _agixEndpoint, _agixAdmin))!.AsObject();
        foreach ((string key, string value) in agixOptions ?? [])
        {
            file[key] = value; // a key with its whole path is one level of JSON, too
        }

        await File.WriteAllTextAsync(AgixFile, file.ToJsonString());
        GatewayProcess gateway = await GatewayProcess.StartAsync(
            new GatewaySettings(market.Chain.State, new MarketService("echo", service) { Price = FetPrice })
            {
                Options = new Dictionary<string, string>(options) { ["with"] = AgixFile },
            });
        await WaitUntilReadyAsync(gateway);
        return gateway;
    }

    private async Task WaitUntilReadyAsync(GatewayProcess gateway)
    {
        await gateway.WaitUntilReadyAsync();
        using var probes = new HttpClient();
        await Eventually.TrueAsync("the second gateway is ready", async () =>
        {
            try
            {
                using HttpResponseMessage response = await probes.GetAsync(new Uri($"http://{_agixAdmin}/readyz"));
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false; // it starts after the first one
            }
        });
    }

    private static ClientJob At(string endpoint, ChainState chain, ChainChannel channel, long price) => new()
    {
        Endpoint = endpoint,
        Method = "example.Echo/Say",
        Requests = [new { text = "hello" }],
        Payment = ClientPayment.From(chain, channel, price) with { FromState = true },
    };

    private async Task PayAsync(ClientJob job)
    {
        CallReport call = await market.Client(ClientStack.Node).CallAsync(job);
        Assert.True(call.Code == 0, $"{call.Code}: {call.Details}");
    }

    private async Task IsRefusedAsync(string endpoint, ChainState chain, ChainChannel channel, long price)
    {
        ClientJob job = At(endpoint, chain, channel, price);
        CallReport call = await market.Client(ClientStack.Node).CallAsync(
            job with { Payment = job.Payment! with { FromState = null, Amount = price } });
        Assert.Equal((16, "payment is not signed by channel signer"), (call.Code, call.Details));
    }

    /// <summary>The amount that the gateway reports as signed.</summary>
    private async Task<long> SignedAsync(ClientJob job)
    {
        CallReport call = await market.Client(ClientStack.Node).CallAsync(
            new ClientJob { Endpoint = job.Endpoint, State = job.Payment! with { FromState = null } });
        Assert.True(call.Code == 0, $"{call.Code}: {call.Details}");
        return (long)call.State!.SignedAmount!.Value;
    }

    /// <summary>The calls that the metrics of a gateway count as settled.</summary>
    private static async Task<long> SettledAsync(Uri admin)
    {
        using var http = new HttpClient();
        string page = await http.GetStringAsync(new Uri(admin, "/metrics"));
        return page.Split('\n')
            .Where(line => line.StartsWith("snet_gateway_paid_calls_total{", StringComparison.Ordinal)
                && line.Contains("outcome=\"settled\"", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf("} ", StringComparison.Ordinal) + 2)..].Split(' ')[0])
            .Sum(value => long.Parse(value, CultureInfo.InvariantCulture));
    }
}
