using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Catalog;

/// <summary>What a call costs, in the protocol's pricing models (payments.md 7.1), by the names that service metadata use.</summary>
public sealed class PriceOptions
{
    public const string Fixed = "fixed_price";
    public const string FixedPerMethod = "fixed_price_per_method";

    /// <summary>How the price is found: fixed_price or fixed_price_per_method. Default fixed_price.</summary>
    [AllowedValues(Fixed, FixedPerMethod)]
    public string Model { get; set; } = Fixed;

    /// <summary>For fixed_price: cogs for each call, 0 to 2^256-1, as digits or as text.</summary>
    [CogsForm]
    public string? Cogs { get; set; }

    /// <summary>For fixed_price_per_method: cogs by the full path, `/package.Service/Method`. A method that is not listed cannot be called.</summary>
    [CogsForm]
    public Dictionary<string, string> Methods { get; set; } = new(StringComparer.Ordinal);
}
