using System.Collections.Concurrent;
using System.Numerics;
using Microsoft.AspNetCore.Builder;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Web;

/// <summary>A page in a real browser, from another origin than the gateway's, pays and calls.</summary>
[Collection(WebMarketFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class BrowserTests(WebMarketFixture market)
{
    [Fact]
    public async Task Page_PaysAndCalls_AndCanReadItsRefusal()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        IReadOnlyList<PageReport> report =
            await BrowserPage.RunAsync($"http://{market.Endpoint(WebMarketFixture.NodeHost)}", await CallsAsync(channel));
        Assert.Equal(
            ["0 ", "0 ", "0 ", $"16 income 9 does not equal to price {WebMarketFixture.Price}"],
            report.Select(call => $"{call.Code} {call.Details}"));
        Assert.Equal([1, 1, 3, 0], report.Select(call => call.Messages.Length));
        Assert.All(report.SelectMany(call => call.Messages), message => Assert.Equal(new PageMessage("hello", "echo-node"), message));
        Assert.Equal(3 * WebMarketFixture.Price, (await market.StateAsync(market.Gateway, ClientStack.Node, channel)).SignedAmount);
    }

    [Fact]
    public async Task Page_OverTls_UsesHttp2_AndIsSettled()
    {
        using var certificate = new TestCertificate();
        var protocols = new ConcurrentQueue<string>();
        await using GatewayHarness gateway =
            await GatewayHarness.StartAsync(certificate.Settings, outside: app => app.Use((context, next) =>
            {
                protocols.Enqueue($"{context.Request.Method} {context.Request.Protocol}");
                return next(context);
            }));
        IReadOnlyList<PageReport> report = await BrowserPage.RunAsync(
            $"https://{gateway.PublicEndPoint}",
            new PageCall(GatewayHarness.Method, "unary", "binary", "hello", GatewayHarness.Payment()),
            new PageCall(GatewayHarness.Method, "server_streaming", "text", "hello", GatewayHarness.Payment()));
        Assert.Equal(["0 ", "0 "], report.Select(call => $"{call.Code} {call.Details}"));
        Assert.All(report, call => Assert.Equal("hello", Assert.Single(call.Messages).Text));
        Assert.Equal(2, protocols.Count(protocol => protocol == "POST HTTP/2"));
        Assert.Contains("OPTIONS HTTP/2", protocols);
        Assert.DoesNotContain(protocols, protocol => protocol.Contains("HTTP/1", StringComparison.Ordinal));
        foreach (ScriptedReservation reservation in gateway.Reservations)
        {
            Assert.Equal("settled", await reservation.Ended.WithTimeout());
        }
    }

    /// <summary>Two unary calls and a stream that are paid, and a call that pays too little.</summary>
    private async Task<PageCall[]> CallsAsync(ChainChannel channel) =>
    [
        new("/example.Echo/Say", "unary", "binary", "hello", await PayAsync(channel, 10)),
        new("/example.Echo/Say", "unary", "text", "hello", await PayAsync(channel, 20)),
        new("/example.Echo/Count", "server_streaming", "text", "hello", await PayAsync(channel, 30)),
        new("/example.Echo/Say", "unary", "text", "hello", await PayAsync(channel, 39)),
    ];

    private async Task<Dictionary<string, string>> PayAsync(ChainChannel channel, BigInteger amount)
    {
        ClientPayment claim = ClientPayment.From(market.Chain.State, channel, 0) with { Amount = amount };
        string signature = await PayingClient.SignAsync(ClientStack.Node, claim);
        return new()
        {
            ["snet-payment-type"] = "escrow",
            ["snet-payment-channel-id"] = $"{claim.ChannelId}",
            ["snet-payment-channel-nonce"] = $"{claim.Nonce}",
            ["snet-payment-channel-amount"] = $"{amount}",
            ["snet-payment-channel-signature-bin"] = Convert.ToBase64String(Convert.FromHexString(signature[2..])),
            ["snet-payment-mpe-address"] = claim.MpeAddress,
        };
    }
}
