using SnetGateway.Payments.Pricing;

namespace SnetGateway.Gateway.Prices;

/// <summary>Prices that depend on the call, and prices that the client wants to be shown.</summary>
internal sealed class CallPrices(PriceParts parts)
{
    /// <summary>The service with the prices of this call. The same object where the price is neither dynamic nor shown.</summary>
    /// <param name="context">The call.</param>
    /// <param name="service">The service.</param>
    /// <param name="withheld">Metadata that no service gets.</param>
    /// <param name="maxMessageBytes">The longest message of a request.</param>
    /// <param name="isShown">Whether the client wants to see the price.</param>
    public PaidService Of(
        HttpContext context, PaidService service, IReadOnlySet<string> withheld, int maxMessageBytes, bool isShown)
    {
        IPriceSource prices = service.Prices;
        if (prices is DynamicPrice dynamic)
        {
            prices = new AskedPrice(dynamic, context, parts, withheld, maxMessageBytes);
        }

        if (isShown)
        {
            prices = ShownPrice.Of(prices, context.Response, context.Request.Path.Value ?? string.Empty);
        }

        return ReferenceEquals(prices, service.Prices) ? service : service with { Prices = prices };
    }
}
