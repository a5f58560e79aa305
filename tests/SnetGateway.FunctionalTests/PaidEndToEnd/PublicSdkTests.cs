using System.Globalization;
using System.Numerics;
using System.Text.Json;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>npm's snet-sdk and snet-sdk-web, unmodified, as a consumer's program and a web page use them (tests/clients).</summary>
[Collection(GatewayFixture.Tokens)]
[Trait("Needs", "chain")]
public sealed class PublicSdkTests(GatewayFixture market)
{
    private const string Account = "thirdParty", Other = "operator", Page = "provider2";
    private const string Sdk = SdkProgram.Node, WebSdk = SdkProgram.Web;

    [Fact]
    public async Task SdkWithoutConcurrency_OpensItsChannel_AndPaysEachCallByEscrow()
    {
        const long Price = 25;
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new GatewaySettings(
            market.Chain.State,
            new MarketService("sdk", market.Service(ExampleLanguage.JavaScript).Address) { Price = Price }));

        IReadOnlyList<JsonElement> calls = await SayAsync(
            gateway, new { account = Account, price = Price, concurrency = false }, Sdk, "one", "two", "three");

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
        ChainChannel channel = await market.Chain.GetChannelAsync(BigInteger.Parse(id, CultureInfo.InvariantCulture));
        Assert.Equal(market.Chain.State.Accounts[Account].Address, channel.Signer);
        ChannelStateReport signed = await market.StateAsync(gateway, ClientStack.Node, channel);
        await market.Chain.ClaimAsync(channel.Id, signed.SignedAmount!.Value, signed.Signature);
        ChainChannel claimed = await market.Chain.GetChannelAsync(channel.Id);
        Assert.Equal((channel.Value - 75, BigInteger.One), (claimed.Value, claimed.Nonce));
    }

    /// <summary>
    /// A client buys one token for as many calls as it was created for, and uses it to the end: the SDK requests another one only for a new
    /// client. The channel has funds for the calls that are concurrent, because the SDK would add funds for each of them at the same time.
    /// </summary>
    [Fact]
    public async Task SdkWithItsDefaults_PaysByPrepaidTokens_UntilThePlanIsDrained_AndAfterARestart()
    {
        const long Price = 25;
        await market.Chain.CommandAsync("mint", new { to = Other, amount = "1000000" });
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new GatewaySettings(
            market.Chain.State,
            new MarketService("prepaid", market.Service(ExampleLanguage.JavaScript).Address) { Price = Price })
        {
            Options = market.Prepaid(),
        });

        IReadOnlyList<JsonElement> calls = await RunAsync(
            gateway, new { account = Other, price = Price, concurrentCalls = 3 }, Sdk, "one", "two", "three", "four");
        Assert.Equal(["one", "two", "three"], calls.Take(3).Select(call => call.GetProperty("text").GetString()));
        Assert.StartsWith(
            "internal error: Usage Exceeded on channel Id", calls[3].GetProperty("details").GetString(), StringComparison.Ordinal);

        Assert.Equal(0, await gateway.StopAsync());
        await gateway.StartAgainAsync();
        CommandResult channels = await gateway.RunCommandAsync("channels", "--json");
        JsonElement row = Assert.Single(channels.Output.Select(line => JsonSerializer.Deserialize<JsonElement>(line)));
        await market.Chain.AddFundsAsync(BigInteger.Parse(row.GetProperty("channel").GetString()!, CultureInfo.InvariantCulture), 10_000);
        string[] concurrent = ["four", "five", "six", "seven"];
        calls = await SayAsync(
            gateway, new { account = Other, price = Price, concurrentCalls = 5, concurrentTexts = concurrent }, Sdk, "again");
        Assert.Equal(concurrent.Append("again").Order(), calls.Select(call => call.GetProperty("text").GetString()).Order());

        Assert.Equal(0, await gateway.StopAsync());
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
        Assert.Contains("plan", verified.Everything, StringComparison.Ordinal);
    }

    /// <summary>
    /// A page that pays with a wallet over gRPC-Web. The web SDK buys a token for one call by default, and requests the plan before each
    /// call: a plan that is drained is followed by the next one.
    /// </summary>
    [Fact]
    public async Task WebSdkWithItsDefaults_Deposits_OpensItsChannel_AndPaysByPrepaidTokens_AlsoAfterARestart()
    {
        const long Price = 25;
        await market.Chain.CommandAsync("mint", new { to = Page, amount = "1000000" });
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new GatewaySettings(
            market.Chain.State,
            new MarketService("web", market.Service(ExampleLanguage.JavaScript).Address) { Price = Price })
        {
            Options = market.Prepaid(),
        });

        await SayAsync(gateway, new { account = Page, price = Price, deposit = 100 }, WebSdk, "one", "two", "three");
        (string id, string authorized) = await ChannelAsync(gateway);
        Assert.Equal("75", authorized);

        Assert.Equal(0, await gateway.StopAsync());
        await gateway.StartAgainAsync();
        await market.Chain.AddFundsAsync(BigInteger.Parse(id, CultureInfo.InvariantCulture), 10_000);
        string[] concurrent = ["five", "six", "seven"];
        IReadOnlyList<JsonElement> calls = await SayAsync(
            gateway, new { account = Page, price = Price, concurrentCalls = 4, concurrentTexts = concurrent }, WebSdk, "four");
        Assert.Equal(concurrent.Append("four").Order(), calls.Select(call => call.GetProperty("text").GetString()).Order());
        calls = await SayAsync(gateway, new { account = Page, price = Price }, WebSdk, "drained");
        Assert.Equal("drained", Assert.Single(calls).GetProperty("text").GetString());
        Assert.Equal((id, "200"), await ChannelAsync(gateway));

        Assert.Equal(0, await gateway.StopAsync());
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
    }

    /// <summary>The one channel, and what is authorized on it.</summary>
    private static async Task<(string Id, string Authorized)> ChannelAsync(GatewayProcess gateway)
    {
        CommandResult channels = await gateway.RunCommandAsync("channels", "--json");
        JsonElement row = Assert.Single(channels.Output.Select(line => JsonSerializer.Deserialize<JsonElement>(line)));
        return (row.GetProperty("channel").GetString()!, row.GetProperty("authorised").GetString()!);
    }

    /// <summary>The same, where each call must end well.</summary>
    private async Task<IReadOnlyList<JsonElement>> SayAsync(
        GatewayProcess gateway, object settings, string sdk, params string[] texts)
    {
        IReadOnlyList<JsonElement> calls = await RunAsync(gateway, settings, sdk, texts);
        Assert.All(calls, call => Assert.True(call.GetProperty("code").GetInt32() == 0, call.GetRawText()));
        return calls;
    }

    private Task<IReadOnlyList<JsonElement>> RunAsync(GatewayProcess gateway, object settings, string sdk, params string[] texts) =>
        SdkProgram.RunAsync(market.Chain, gateway, settings, sdk, texts);
}
