using System.Collections.Frozen;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Pricing;

/// <summary>`fixed_price_per_method`: looked up by the full gRPC path; a method that is not listed cannot be called (payments.md 7.1).</summary>
public sealed class PricePerMethod(IReadOnlyDictionary<string, UInt256> cogsByPath) : IPriceSource
{
    private readonly FrozenDictionary<string, UInt256> _cogsByPath = cogsByPath.ToFrozenDictionary(StringComparer.Ordinal);

    public ValueTask<Price> PriceOfAsync(string method, CancellationToken cancellationToken) =>
        new(_cogsByPath.TryGetValue(method, out UInt256 cogs) ? Price.Of(cogs) : Price.Refused(Refusals.PriceNotDefined(method)));
}
