using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class InstanceTests(GatewayFixture market)
{
    private readonly PayingSession _client = market.Client(ClientStack.Node);

    [Fact]
    public async Task Calls_AreSpreadOverInstances_AndOneThatDoesNotServeGetsNone()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000_000);
        Assert.Equal(["left", "right"], (await InstancesAsync(channel)).Distinct().Order());

        await SetServingAsync(market.Pair[1], false);
        await Eventually.TrueAsync(
            "the probe has taken the instance out", async () => (await InstancesAsync(channel)).All(name => name == "left"));
        Assert.All(await InstancesAsync(channel), name => Assert.Equal("left", name));

        await SetServingAsync(market.Pair[1], true);
        await Eventually.TrueAsync(
            "the probe has brought the instance back", async () => (await InstancesAsync(channel)).Contains("right"));
    }

    /// <summary>Who answered each of four calls.</summary>
    private async Task<string[]> InstancesAsync(ChainChannel channel)
    {
        IReadOnlyList<CallReport> calls = await _client.RunAsync(market.Say(channel, "pair.market") with { Calls = 4 });
        Assert.All(calls, call => Assert.True(call.Code == 0, $"{call.Code}: {call.Details}"));
        return [.. calls.Select(call => call.Messages[0].GetProperty("instance").GetString()!)];
    }

    private async Task SetServingAsync(ExampleServiceProcess instance, bool serving)
    {
        CallReport call = await _client.CallAsync(
            new ClientJob { Endpoint = instance.Endpoint, Method = "example.EchoControl/SetServing", Requests = [new { serving }] });
        Assert.Equal(0, call.Code);
    }
}
