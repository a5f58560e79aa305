using System.Text.Json;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Web;

/// <summary>
/// The npm packages grpc-web and @improbable-eng/grpc-web (on HTTP/1.1), and gRPC-Web over HTTP/2, pay services on Node and on Python.
/// </summary>
[Collection(WebMarketFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class WebClientTests(WebMarketFixture market)
{
    public static TheoryData<string, string, string> Calls()
    {
        var calls = new TheoryData<string, string, string>();
        foreach (string web in (string[])["binary", "text", "improbable", "http2"])
        {
            foreach (string host in (string[])[WebMarketFixture.NodeHost, WebMarketFixture.PythonHost])
            {
                calls.Add(web, host, "Say");

                // The package grpc-web streams only in its text format.
                if (web != "binary")
                {
                    calls.Add(web, host, "Count");
                }
            }
        }

        return calls;
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task WebClient_PaysAndGetsItsResponse(string web, string host, string method)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        IReadOnlyList<CallReport> calls = await market.Client(ClientStack.Node).RunAsync(Job(channel, web, host) with
        {
            Method = $"example.Echo/{method}",
            Requests =
                [new { text = "hello", showMetadata = true, trailingMetadata = new Dictionary<string, string> { ["x-last"] = "word" } }],
            Calls = 3,
        });

        Assert.All(calls, call => Assert.True(call.Code == 0, $"{call.Code}: {call.Details}"));
        Assert.All(calls, call => Assert.Equal(method == "Say" ? ["hello"] : ["hello", "hello", "hello"], call.Texts));
        Assert.All(calls, call => Assert.Equal(
            host == WebMarketFixture.NodeHost ? "echo-node" : "echo-python", call.Messages[0].GetProperty("instance").GetString()));
        Assert.All(calls, call => Assert.Equal(["word"], call.Trailers!["x-last"]));
        string[] seen =
            [.. calls[0].Messages[0].GetProperty("metadata").EnumerateArray().Select(entry => entry.GetProperty("key").GetString()!)];
        Assert.Contains("snet-user-address", seen);
        Assert.DoesNotContain(seen, key => key is "connection" or "keep-alive" or "transfer-encoding" or "upgrade" or "accept-encoding"
            || key.StartsWith("snet-payment", StringComparison.Ordinal));
        ChannelStateReport state = await market.StateAsync(market.Gateway, ClientStack.Node, channel);
        Assert.Equal(3 * WebMarketFixture.Price, state.SignedAmount);
    }

    [Theory]
    [InlineData("binary", WebMarketFixture.NodeHost)]
    [InlineData("text", WebMarketFixture.PythonHost)]
    [InlineData("improbable", WebMarketFixture.PythonHost)]
    [InlineData("http2", WebMarketFixture.NodeHost)]
    public async Task WebClient_WithAWrongPayment_GetsTheRefusal(string web, string host)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        ClientJob job = Job(channel, web, host);
        CallReport refused = await market.Client(ClientStack.Node).CallAsync(job with { Payment = job.Payment! with { Price = 9 } });
        Assert.Equal((16, $"income 9 does not equal to price {WebMarketFixture.Price}"), (refused.Code, refused.Details));
        Assert.Empty(refused.Messages);
        CallReport paid = await market.Client(ClientStack.Node).CallAsync(job);
        Assert.Equal(0, paid.Code);
    }

    [Theory]
    [InlineData("binary", WebMarketFixture.NodeHost)]
    [InlineData("text", WebMarketFixture.PythonHost)]
    [InlineData("improbable", WebMarketFixture.NodeHost)]
    [InlineData("http2", WebMarketFixture.PythonHost)]
    public async Task ServicesFailure_ReachesTheWebClient_AndCostsNothing(string web, string host)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        ClientJob job = Job(channel, web, host);
        CallReport failed = await market.Client(ClientStack.Node).CallAsync(
            job with { Requests = [new { failure = new { code = 5, message = "no such thing" } }] });
        CallReport paid = await market.Client(ClientStack.Node).CallAsync(job);
        Assert.Equal((5, "no such thing"), (failed.Code, failed.Details));
        Assert.Equal((0, (int)WebMarketFixture.Price), (paid.Code, (int)paid.Amount!.Value));
    }

    [Theory]
    [InlineData(WebMarketFixture.NodeHost, "Online", "{\"serviceID\":\"node\",\"status\":\"SERVING\"}")]
    [InlineData(WebMarketFixture.PythonHost, "Warning", "{\"serviceID\":\"python\",\"status\":\"UNKNOWN\"}")]
    public async Task Heartbeat_IsOfTheServiceWhoseHostIsCalled(string host, string status, string service)
    {
        using var http = new HttpClient();
        string text = await http.GetStringAsync(new Uri($"http://{market.Endpoint(host)}/heartbeat")).WithTimeout();
        JsonElement document = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.Equal((status, service), (document.GetProperty("status").GetString(), document.GetProperty("serviceheartbeat").GetString()));
        Assert.Equal(64, document.GetProperty("daemonID").GetString()!.Length);
    }

    private ClientJob Job(ChainChannel channel, string web, string host) =>
        market.Say(market.Gateway, channel, WebMarketFixture.Price) with { Endpoint = market.Endpoint(host), Web = web };
}
