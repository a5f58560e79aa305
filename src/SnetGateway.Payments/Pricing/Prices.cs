using System.Collections.Frozen;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Pricing;

/// <summary>What one call costs, in cogs. Fixed prices are ready; others are requested from the service.</summary>
public interface IPriceSource
{
    /// <summary>Whether the service was asked for this price: work that is not paid if the call is then refused (rule 6).</summary>
    bool WasAsked => false;

    /// <summary>The price of a call, or why there is none.</summary>
    /// <param name="method">The full gRPC path.</param>
    /// <param name="payer">Who pays, authenticated: an unknown caller must not make the service work.</param>
    /// <param name="cancellationToken">Ends a request to the service.</param>
    ValueTask<Price> PriceOfAsync(string method, Address payer, CancellationToken cancellationToken);
}

/// <summary>`fixed_price`: every call costs the same.</summary>
public sealed class FixedPrice(UInt256 cogs) : IPriceSource
{
    public ValueTask<Price> PriceOfAsync(string method, Address payer, CancellationToken cancellationToken) => new(Price.Of(cogs));
}

/// <summary>`fixed_price_per_method`: by the full gRPC path. A method without a price cannot be called.</summary>
public sealed class PricePerMethod(IReadOnlyDictionary<string, UInt256> cogsByPath) : IPriceSource
{
    private readonly FrozenDictionary<string, UInt256> _cogsByPath = cogsByPath.ToFrozenDictionary(StringComparer.Ordinal);

    public ValueTask<Price> PriceOfAsync(string method, Address payer, CancellationToken cancellationToken) =>
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
