using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Pricing;

/// <summary>`fixed_price`: every call costs the same (payments.md 7.1).</summary>
public sealed class FixedPrice(UInt256 cogs) : IPriceSource
{
    public ValueTask<Price> PriceOfAsync(string method, CancellationToken cancellationToken) => new(Price.Of(cogs));
}
