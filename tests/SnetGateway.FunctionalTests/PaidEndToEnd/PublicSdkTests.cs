using System.Numerics;
using System.Text.Json;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>npm's snet-sdk, unmodified, as a consumer's program uses it (tests/clients/snet-sdk).</summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class PublicSdkTests(GatewayFixture market)
{
    private const string Account = "thirdParty";

    [Fact]
    public async Task SdkWithoutConcurrency_OpensItsChannel_AndPaysEachCallByEscrow()
    {
        const long Price = 25;
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new GatewaySettings(
            market.Chain.State,
            new MarketService("sdk", market.Service(ExampleLanguage.JavaScript).Address) { Price = Price }));

        IReadOnlyList<JsonElement> calls = await SayAsync(gateway, Price, "one", "two", "three");

        Assert.Equal(["one", "two", "three"], calls.Select(call => call.GetProperty("text").GetString()));
        // Before each call it asks the state service where its channel is; before the first it had none.
        Assert.False(calls[0].TryGetProperty("signedBefore", out _));
        Assert.Equal(["25", "50"], calls.Skip(1).Select(call => call.GetProperty("signedBefore").GetString()));

        CommandResult channels = await gateway.RunCommandAsync("channels", "--json");
        JsonElement row = Assert.Single(channels.Output.Select(line => JsonSerializer.Deserialize<JsonElement>(line)));
        Assert.Equal("75", row.GetProperty("authorised").GetString());
        string id = row.GetProperty("channel").GetString()!;
        CommandResult story = await gateway.RunCommandAsync("ledger", "explain", id);
        Assert.Equal(3, story.Output.Count(line => line.Contains("sdk /example.Echo/Say for 25 cogs", StringComparison.Ordinal)));

        // The contract pays what the SDK has signed.
        ChainChannel channel = await market.Chain.GetChannelAsync(BigInteger.Parse(id, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(market.Chain.State.Accounts[Account].Address, channel.Signer);
        ChannelStateReport signed = await market.StateAsync(gateway, ClientStack.Node, channel);
        await market.Chain.ClaimAsync(channel.Id, signed.SignedAmount!.Value, signed.Signature);
        ChainChannel claimed = await market.Chain.GetChannelAsync(channel.Id);
        Assert.Equal((channel.Value - 75, BigInteger.One), (claimed.Value, claimed.Nonce));
    }

    /// <summary>Calls `Say` with each text, one call after the other. Each of them must end well.</summary>
    private async Task<IReadOnlyList<JsonElement>> SayAsync(GatewayProcess gateway, long price, params string[] texts)
    {
        Repository.Existing("tests/clients/snet-sdk/node_modules", "run tests/run.sh, or npm ci in tests/clients/snet-sdk");
        string job = JsonSerializer.Serialize(
            new { chain = market.Chain.StateFile, account = Account, endpoint = gateway.Endpoint, price, texts });
        await using var client = ChildProcess.Start(
            "node", [Repository.Existing("tests/clients/snet-sdk/pay.mjs", "the checkout is incomplete"), job]);
        List<JsonElement> calls = [];
        foreach (string _ in texts)
        {
            // The SDK writes its own log to the same output.
            string line = await client.WaitForLineAsync(text => text.StartsWith("{\"code\":", StringComparison.Ordinal));
            calls.Add(JsonSerializer.Deserialize<JsonElement>(line));
            Assert.True(calls[^1].GetProperty("code").GetInt32() == 0, $"{line}\n{client.RecentOutput}");
        }

        return calls;
    }
}
