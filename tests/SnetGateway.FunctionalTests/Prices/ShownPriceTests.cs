using SnetGateway.FunctionalTests.Attacks;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Prices;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.FunctionalTests.Prices;

/// <summary>`snet-show-price` asks for the price of the call in the response header `snet-price-cogs`.</summary>
public sealed class ShownPriceTests
{
    private static readonly (string Name, string Value) s_show = (PaymentMetadata.ShowPrice, "true");

    [Fact]
    public async Task PaidCall_HasThePrice_AndTheServiceDoesNotSeeTheRequestForIt()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        bool wasForwarded = false;
        gateway.Harness.Service.Handle = context =>
        {
            wasForwarded = context.Request.Headers.ContainsKey(PaymentMetadata.ShowPrice);
            context.Response.Headers[ShownPrice.Header] = "1";
            return Wire.EchoAsync(context);
        };
        ChannelId id = gateway.Open();

        RawReply reply = await gateway.Client.CallAsync([.. AttackGateway.Pay(id, 10), s_show], Wire.Frame("x"));

        Assert.Equal((0, "10"), (reply.Status, reply.Find(ShownPrice.Header)));
        Assert.Single(reply.Headers, header => header.Name == ShownPrice.Header);
        Assert.False(wasForwarded);
    }

    [Fact]
    public async Task FixedPrice_IsShownToEverybody_WithTheRefusal()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        RawReply reply = await gateway.Client.CallAsync([.. RawHttp2.CallHeaders("/priced.Echo/Dear"), s_show], Wire.Frame("x"));
        Assert.Equal((3, "500"), (reply.Status, reply.Find(ShownPrice.Header)));
        reply = await gateway.Client.CallAsync([.. RawHttp2.CallHeaders("/priced.Echo/None"), s_show], Wire.Frame("x"));
        Assert.Equal((3, null), (reply.Status, reply.Find(ShownPrice.Header)));
    }

    [Fact]
    public async Task DynamicPrice_IsShownToAPayer_AlsoWithTheRefusalOfTheWrongAmount()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync();
        ChannelId id = gateway.Money.Open();

        RawReply reply = await gateway.CallAsync(id, 1, "four", PricedGateway.Method, s_show);
        Assert.Equal((16, "4"), (reply.Status, reply.Find(ShownPrice.Header)));
        reply = await gateway.CallAsync(id, 4, "four", PricedGateway.Method, s_show);
        Assert.Equal((0, "4"), (reply.Status, reply.Find(ShownPrice.Header)));

        reply = await gateway.Money.Client.CallAsync([.. RawHttp2.CallHeaders(PricedGateway.Method), s_show], Wire.Frame("four"));
        Assert.Equal((3, null), (reply.Status, reply.Find(ShownPrice.Header)));
        Assert.Equal(2, gateway.Asked.Count);
    }

    [Fact]
    public async Task WithoutTheRequest_NothingIsShown()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        RawReply reply = await gateway.Client.CallAsync(AttackGateway.Pay(gateway.Open(), 10), Wire.Frame("x"));
        Assert.Equal((0, null), (reply.Status, reply.Find(ShownPrice.Header)));
    }
}
