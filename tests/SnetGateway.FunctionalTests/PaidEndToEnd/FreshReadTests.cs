using SnetGateway.Payments.States;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>Clients change their channel and call at once: the very next call must see it.</summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class FreshReadTests(GatewayFixture market)
{
    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    [Rule(11)]
    public async Task AddFunds_IsSeenByTheVeryNextCall(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(10);
        PayingSession client = market.Client(stack);
        CallReport first = await client.CallAsync(market.Say(channel));
        CallReport beyond = await client.CallAsync(market.Say(channel));

        await market.Chain.AddFundsAsync(channel.Id, 10);
        CallReport afterTopUp = await client.CallAsync(market.Say(channel));

        Assert.Equal(0, first.Code);
        Assert.Equal((16, "not enough tokens on payment channel, channel amount: 10, payment amount: 20"), (beyond.Code, beyond.Details));
        Assert.Equal((0, "hello"), (afterTopUp.Code, afterTopUp.Texts.SingleOrDefault()));
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    [Rule(11)]
    public async Task Extend_IsSeenByTheVeryNextCall(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(100, expiresIn: 40_000);
        PayingSession client = market.Client(stack);
        CallReport near = await client.CallAsync(market.Say(channel));

        await market.Chain.ExtendAsync(channel.Id, byBlocks: 10_000);
        CallReport extended = await client.CallAsync(market.Say(channel));

        Assert.Equal(16, near.Code);
        Assert.StartsWith(
            $"payment channel is near to be expired, expiration time: {channel.Expiration}, current block: ", near.Details,
            StringComparison.Ordinal);
        Assert.EndsWith("expiration threshold: 40320", near.Details, StringComparison.Ordinal);
        Assert.Equal((0, "hello"), (extended.Code, extended.Texts.SingleOrDefault()));
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    [Rule(11)]
    public async Task NewChannel_IsSeenByTheVeryNextCall(ClientStack stack)
    {
        // A refusal first, so that the gateway has just looked and knows that there is no such channel.
        ChainChannel template = market.Chain.State.Channels["main"];
        ChainChannel last = await market.Chain.OpenChannelAsync(100);
        var tooEarly = ClientPayment.From(market.Chain.State, template with { Id = last.Id + 1 }, GatewayFixture.Price);
        CallReport unknown = await market.Client(stack).CallAsync(market.Say(last) with { Payment = tooEarly });

        ChainChannel opened = await market.Chain.OpenChannelAsync(100);
        CallReport call = await market.Client(stack)
            .CallAsync(market.Say(opened) with { Payment = ClientPayment.From(market.Chain.State, opened, GatewayFixture.Price) });

        Assert.Equal((16, $"payment channel \"{{ID: {last.Id + 1}}}\" not found"), (unknown.Code, unknown.Details));
        Assert.Equal(last.Id + 1, opened.Id);
        Assert.Equal((0, "hello"), (call.Code, call.Texts.SingleOrDefault()));
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    [Rule(11)]
    public async Task BlocksSinceTheLastCall_AreSeenByTheVeryNextQuestionForTheState(ClientStack stack)
    {
        // The client signs the newest block number, which is further from the one that the gateway saw a moment ago than a question may be
        // old.
        ChainChannel channel = await market.Chain.OpenChannelAsync(100);
        CallReport first = await market.Client(stack).CallAsync(market.Say(channel));
        await market.Chain.MineAsync(ChannelParties.FreshnessBlocks + 1);
        CallReport second = await market.Client(stack).CallAsync(market.Say(channel));

        Assert.Equal((0, 0), (first.Code, second.Code));
    }
}
