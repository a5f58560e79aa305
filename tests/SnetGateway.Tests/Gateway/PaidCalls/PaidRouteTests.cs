using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;
using SnetGateway.Tests.Payments;
using Xunit;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Tests.Gateway.PaidCalls;

public sealed class PaidRouteTests
{
    private const string AnyMethod = "/any.Any/Any";
    private static readonly PaidService s_service = new("translate", PaymentRig.Group, new FixedPrice(1000), TimeSpan.FromSeconds(7));

    [Fact]
    public void WithPrice_RouteWithoutPrice_IsTheService() => Assert.Same(s_service, Route(null).WithPrice(s_service));

    [Fact]
    public async Task WithPrice_OwnPrice_OnlyThePriceDiffers()
    {
        PaidService priced = Route("50").WithPrice(s_service);

        Assert.Equal((UInt256)50, (await priced.Prices.PriceOfAsync(AnyMethod, default, default)).Cogs);
        Assert.Equal(s_service, priced with { Prices = s_service.Prices });
    }

    [Fact]
    public void WithPrice_SecondCall_IsTheSameObject_UntilTheServiceIsAnother()
    {
        PaidRoute route = Route("50");
        PaidService first = route.WithPrice(s_service);

        Assert.Same(first, route.WithPrice(s_service));
        Assert.Equal(TimeSpan.FromSeconds(9), route.WithPrice(s_service with { Timeout = TimeSpan.FromSeconds(9) }).Timeout);
    }

    private static PaidRoute Route(string? price)
    {
        var metadata = new Dictionary<string, string> { [PaidRoute.ServiceKey] = "translate" };
        if (price is not null)
        {
            metadata[PaidRoute.PriceKey] = price;
        }

        return new PaidRoute(new RouteConfig { RouteId = "r", Metadata = metadata });
    }
}
