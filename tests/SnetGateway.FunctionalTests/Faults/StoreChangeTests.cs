using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.FunctionalTests.Faults;

/// <summary>A change of the ledger's store must not make paid calls free to buy again.</summary>
[Collection(FaultMarketFixture.Collection)]
[Trait("Needs", "chain")]
[Trait("Needs", "redis")]
public sealed class StoreChangeTests(FaultMarketFixture market)
{
    private const long Price = 10;

    private readonly PayingSession _client = market.Client(ClientStack.Node);

    [Fact]
    [Rule(9)]
    public async Task ChangedStore_DoesNotStart_UntilItWasCopied_AndAPaidVoucherIsRefused()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        var settings = new GatewaySettings(
            market.Chain.State, new MarketService("echo", market.Service(ExampleLanguage.JavaScript).Address) { Price = Price });
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(settings);
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        await _client.RunAsync(market.Say(gateway, channel, Price) with { Calls = 3 });
        Assert.Equal(0, await gateway.StopAsync());

        gateway.Settings = settings with
        {
            Options = new Dictionary<string, string>
            {
                ["SnetGateway:Ledger:Store"] = "redis",
                ["SnetGateway:Ledger:Redis:Endpoint"] = redis.Endpoint,
            },
        };
        CommandResult refused = await gateway.RunCommandAsync("serve");
        Assert.True(refused.ExitCode == 2, refused.Everything);
        string line = Assert.Single(
            refused.Everything.Split('\n'), line => line.Contains("snet-gateway ledger copy", StringComparison.Ordinal));
        Assert.StartsWith("error: the ledger (redis at ", line, StringComparison.Ordinal);
        Assert.Contains("held 1 with 3 at ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Everything, StringComparison.Ordinal);

        CommandResult copied = await gateway.RunCommandAsync("ledger", "copy");
        Assert.True(copied.ExitCode == 0, copied.Everything);
        Assert.Contains("compared: 1 channels, 3 entries, 30 cogs delivered, all equal", copied.Everything, StringComparison.Ordinal);

        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        ClientPayment first = ClientPayment.From(market.Chain.State, channel, Price) with { Nonce = 0, Amount = 0 };
        CallReport again = await _client.CallAsync(market.Say(gateway, channel, Price) with { Payment = first });
        Assert.NotEqual(0, again.Code);
        Assert.Empty(again.Messages);
        CallReport next = await _client.CallAsync(market.Say(gateway, channel, Price));
        Assert.Equal((0, 40), (next.Code, (int)next.Amount!.Value));
    }
}
