using System.Text.Json;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class ClaimTests(GatewayFixture market)
{
    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    [Rule(8)]
    public async Task LastSignedAmount_IsAcceptedByTheContract_AndTheClientGoesOnAtTheNextNonce(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        PayingSession client = market.Client(stack);
        await client.RunAsync(market.Say(channel) with { Calls = 3 });
        ChannelStateReport signed = await market.StateAsync(market.Gateway, stack, channel);

        await market.Chain.ClaimAsync(channel.Id, signed.SignedAmount!.Value, signed.Signature);

        ChainChannel claimed = await market.Chain.GetChannelAsync(channel.Id);
        Assert.Equal((970, 1), ((int)claimed.Value, (int)claimed.Nonce));
        var payment = ClientPayment.From(market.Chain.State, claimed, GatewayFixture.Price);
        CallReport next = await client.CallAsync(market.Say(channel) with { Payment = payment });
        Assert.True(next.Code == 0, $"{next.Code}: {next.Details}");
        ChannelStateReport after = await market.StateAsync(market.Gateway, stack, channel);
        Assert.Equal((1, 10), ((int)after.Nonce!.Value, (int)after.SignedAmount!.Value));

        CallReport old = await client.CallAsync(market.Say(channel) with { Payment = payment with { Nonce = 0, Amount = 30 } });
        // A code beyond gRPC's own is told as it is by grpc-js; grpcio makes it UNKNOWN and wraps the text.
        Assert.Equal(stack == ClientStack.Node ? 1000 : 2, old.Code);
        Assert.Contains("incorrect payment channel nonce, latest: 1, sent: 0", old.Details, StringComparison.Ordinal);
        Assert.Empty(old.Messages);
    }

    [Fact]
    public async Task Claim_IsSeenWithoutACall_AndTheStateSaysSo()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        await market.Client(ClientStack.Node).CallAsync(market.Say(channel));
        ChannelStateReport signed = await market.StateAsync(market.Gateway, ClientStack.Node, channel);

        await market.Chain.ClaimAsync(channel.Id, 10, signed.Signature);

        await Eventually.TrueAsync(
            "the state shows the next nonce", async () => (await market.StateAsync(market.Gateway, ClientStack.Node, channel)).Nonce == 1);
        Assert.Null((await market.StateAsync(market.Gateway, ClientStack.Node, channel)).SignedAmount);
    }

    [Fact]
    public async Task Ledger_TellsTheChannel_WhileTheGatewayRuns()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        await market.Client(ClientStack.Node).RunAsync(market.Say(channel) with { Calls = 2 });

        CommandResult channels = await market.Gateway.RunCommandAsync("channels", "--json");
        CommandResult story = await market.Gateway.RunCommandAsync("ledger", "explain", channel.Id.ToString());
        CommandResult verdict = await market.Gateway.RunCommandAsync("ledger", "verify");

        JsonElement row = channels.Output.Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Single(r => r.GetProperty("channel").GetString() == channel.Id.ToString());
        Assert.Equal("20", row.GetProperty("authorised").GetString());
        Assert.Equal("0", row.GetProperty("nonce").GetString());
        Assert.Equal(2, story.Output.Count(line => line.Contains("javascript /example.Echo/Say for 10 cogs", StringComparison.Ordinal)));
        Assert.True(verdict.ExitCode == 0, verdict.Everything);
        Assert.EndsWith("clean", verdict.Output[^1], StringComparison.Ordinal);
    }
}
