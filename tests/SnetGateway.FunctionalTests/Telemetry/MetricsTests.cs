using System.Net;
using System.Text.RegularExpressions;
using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Monitoring;
using Xunit;

namespace SnetGateway.FunctionalTests.Telemetry;

/// <summary>The metrics of a gateway as a real Prometheus sees them.</summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
[Trait("Needs", "prometheus")]
public sealed partial class MetricsTests(GatewayFixture market)
{
    /// <summary>Those of what is not configured here, or of names that are not known at the start.</summary>
    private static readonly string[] s_beginLater =
        ["snet_gateway.own_methods.limited", "snet_gateway.hooks.events", "snet_gateway.limits.refused"];

    [Fact]
    public async Task Prometheus_SeesEachCounterBeginAtZero_AndAPaidCall()
    {
        await using GatewayProcess gateway = await StartAsync();
        string page = await ReadAsync(gateway);
        Assert.Equal("", await PrometheusProcess.CheckAsync(page));
        Assert.All(
            CounterRow().Matches(RepositoryFiles.Read("docs/metrics.md")).Select(row => row.Groups[1].Value).Except(s_beginLater),
            name => Assert.Contains($"\n{name.Replace('.', '_')}_total", page, StringComparison.Ordinal));
        Assert.Equal("0", ValueOf(page, "snet_gateway_paid_calls_total", "route=\"echo\"", "outcome=\"settled\""));
        Assert.Equal("0", ValueOf(page, "snet_gateway_refusals_total", "route=\"echo\"", "reason=\"wrong_nonce\""));

        await using PrometheusProcess prometheus = await PrometheusProcess.StartAsync(gateway.Admin);
        await prometheus.WaitAsync("snet_gateway_paid_calls_total{outcome=\"settled\"}", 0);
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        ClientJob job = market.Say(gateway, channel, GatewayFixture.Price) with { Calls = 3 };
        Assert.All(await market.Client(ClientStack.Node).RunAsync(job), call => Assert.True(call.Code == 0, call.Details));
        await prometheus.WaitAsync("snet_gateway_paid_calls_total{outcome=\"settled\",route=\"echo\"}", 3);
        await prometheus.WaitAsync("snet_gateway_earned_total{service=\"echo\"}", 3 * GatewayFixture.Price);
        await prometheus.WaitAsync(
            "rpc_server_call_duration_seconds_count{rpc_method=\"example.Echo/Say\",rpc_response_status_code=\"OK\",route=\"echo\"}", 3);
        await prometheus.WaitAsync("snet_gateway_ledger_commit_duration_seconds_count{outcome=\"committed\"} >= bool 3", 1);
        Assert.Equal("", await PrometheusProcess.CheckAsync(await ReadAsync(gateway)));
    }

    [Fact]
    public async Task Metrics_AreOnTheAdminListenerOnly_AndOnlyRead()
    {
        using var http = new HttpClient();
        using HttpResponseMessage consumer = await http.GetAsync(new Uri($"http://{market.Gateway.Endpoint}/metrics"));
        Assert.Equal(HttpStatusCode.NotFound, consumer.StatusCode);
        using HttpResponseMessage posted = await http.PostAsync(new Uri(market.Gateway.Admin, "/metrics"), null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        Assert.Contains("snet_gateway_chain_head", await ReadAsync(market.Gateway), StringComparison.Ordinal);
    }

    private static async Task<string> ReadAsync(GatewayProcess gateway)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(gateway.Admin, "/metrics"));
    }

    /// <summary>The value of the only series with these tags, in any order.</summary>
    private static string ValueOf(string page, string name, params string[] tags)
    {
        string[] lines = [.. page.Split('\n').Where(line => line.StartsWith($"{name}{{", StringComparison.Ordinal))];
        string series = Assert.Single(lines, line => Array.TrueForAll(tags, tag => line.Contains(tag, StringComparison.Ordinal)));
        return series[(series.IndexOf("} ", StringComparison.Ordinal) + 2)..].Split(' ')[0];
    }

    private Task<GatewayProcess> StartAsync() => GatewayProcess.StartAsync(new GatewaySettings(
        market.Chain.State,
        new MarketService("echo", market.Service(ExampleLanguage.JavaScript).Address) { Price = GatewayFixture.Price }));

    [GeneratedRegex(@"^\| `([^`]+)` \| Counter \|", RegexOptions.Multiline)]
    private static partial Regex CounterRow();
}
