using System.Collections.Frozen;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Pricing;

/// <summary>What one call costs, in cogs. Fixed prices are ready; others may have to be requested.</summary>
public interface IPriceSource
{
    ValueTask<Price> PriceOfAsync(string method, CancellationToken cancellationToken);
}

/// <summary>`fixed_price`: every call costs the same.</summary>
public sealed class FixedPrice(UInt256 cogs) : IPriceSource
{
    public ValueTask<Price> PriceOfAsync(string method, CancellationToken cancellationToken) => new(Price.Of(cogs));
}

/// <summary>`fixed_price_per_method`: by the full gRPC path. A method without a price cannot be called.</summary>
public sealed class PricePerMethod(IReadOnlyDictionary<string, UInt256> cogsByPath) : IPriceSource
{
    private readonly FrozenDictionary<string, UInt256> _cogsByPath = cogsByPath.ToFrozenDictionary(StringComparer.Ordinal);

    public ValueTask<Price> PriceOfAsync(string method, CancellationToken cancellationToken) =>
        new(_cogsByPath.TryGetValue(method, out UInt256 cogs) ? Price.Of(cogs) : Price.Refused(Refusals.PriceNotDefined(method)));
}

/// <summary>A price, or why there is none.</summary>
public readonly struct Price
{
    private Price(UInt256 cogs, PaymentRefusal? refusal)
    {
        Cogs = cogs;
        Refusal = refusal;
    }

    public UInt256 Cogs { get; }

    public PaymentRefusal? Refusal { get; }

    public static Price Of(UInt256 cogs) => new(cogs, null);

    public static Price Refused(PaymentRefusal refusal) => new(default, refusal);
}
