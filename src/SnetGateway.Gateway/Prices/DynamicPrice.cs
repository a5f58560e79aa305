using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Prices;

/// <summary>`dynamic_price`: the service names the price of each call of its methods that have a price method.</summary>
/// <param name="options">How it is asked.</param>
/// <param name="others">The prices of the other methods.</param>
internal sealed class DynamicPrice(DynamicPriceOptions options, IPriceSource others) : IPriceSource
{
    public DynamicPriceOptions Options => options;

    public IPriceSource Others => others;

    public UInt256 MaxCogs { get; } = UInt256.Parse(options.MaxCogs);

    public PriceSlots Slots { get; } = new(options.MaxConcurrent);

    /// <summary>Null where no price is used twice.</summary>
    public PriceCache? Cache { get; } = options.CacheTime > TimeSpan.Zero ? new PriceCache(options.CacheTime) : null;

    /// <summary>A price needs the request of its call: <see cref="CallPrices"/> asks with it.</summary>
    public ValueTask<Price> PriceOfAsync(string method, Address payer, CancellationToken cancellationToken) =>
        new(Price.Refused(Refusals.PriceNotDefined(method)));
}
