using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class ForeignChannelTests(GatewayFixture market)
{
    private readonly ChainState _chain = market.Chain.State;

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task ChannelOfAnotherRecipient_IsRefused(ClientStack stack)
    {
        CallReport call = await CallAsync(stack, _chain.Channels["otherRecipient"]);

        Assert.Equal(
            (13, "payment channel error: recipient Address from org metadata does not Match on what was retrieved from Channel"),
            (call.Code, call.Details));
        Assert.Empty(call.Messages);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task ChannelOfAnotherGroup_IsRefused_AndTakenByAServiceOfThatGroup(ClientStack stack)
    {
        ChainChannel channel = _chain.Channels["otherGroup"];

        CallReport refused = await CallAsync(stack, channel);
        CallReport taken = await market.Client(stack).CallAsync(market.Say(channel, "other-group.market"));

        string current = string.Join(' ', Convert.FromBase64String(_chain.GroupIdBase64));
        string other = string.Join(' ', Convert.FromHexString(channel.GroupIdHex[2..]));
        Assert.Equal(
            (13, $"payment channel error: channel received belongs to another group of replicas, current group: [{current}], channel "
                + $"group: [{other}]"),
            (refused.Code, refused.Details));
        Assert.Equal((0, "hello"), (taken.Code, taken.Texts.SingleOrDefault()));
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task UnknownChannel_IsNotFound(ClientStack stack)
    {
        CallReport call = await CallAsync(stack, _chain.Channels["main"] with { Id = 1_000_000 });

        Assert.Equal((16, "payment channel \"{ID: 1000000}\" not found"), (call.Code, call.Details));
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task ExpiredChannel_IsRefused(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(100, expiresIn: 2);
        await market.Chain.MineAsync(3);

        CallReport call = await CallAsync(stack, channel);

        Assert.Equal(16, call.Code);
        Assert.StartsWith(
            $"payment channel is near to be expired, expiration time: {channel.Expiration}, current block: ", call.Details,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task PricePerMethod_IsAskedForEachMethod(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(100);

        CallReport priced = await market.Client(stack).CallAsync(market.Say(channel, "by-method.market", GatewayFixture.SayPrice));
        CallReport wrong = await market.Client(stack).CallAsync(market.Say(channel, "by-method.market", GatewayFixture.SayPrice + 1));
        CallReport unpriced = await market.Client(stack)
            .CallAsync(market.Say(channel, "by-method.market", GatewayFixture.SayPrice) with { Method = "example.Echo/Count" });

        Assert.Equal(0, priced.Code);
        Assert.Equal((16, "income 8 does not equal to price 7"), (wrong.Code, wrong.Details));
        Assert.Equal((13, "internal error: price is not defined for the Method /example.Echo/Count"), (unpriced.Code, unpriced.Details));
    }

    [Fact]
    public async Task HostOfNobody_IsUnimplemented_AndCostsNothing()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(100);

        CallReport call = await market.Client(ClientStack.Node).CallAsync(market.Say(channel, "nobody.market"));

        Assert.Equal(12, call.Code);
        Assert.Null((await market.StateAsync(market.Gateway, ClientStack.Node, channel)).SignedAmount);
    }

    private Task<CallReport> CallAsync(ClientStack stack, ChainChannel channel) =>
        market.Client(stack).CallAsync(market.Say(channel) with { Payment = ClientPayment.From(_chain, channel, GatewayFixture.Price) });
}
