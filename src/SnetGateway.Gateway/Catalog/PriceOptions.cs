using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Catalog;

/// <summary>The price of a call, in the pricing models of service metadata and by their names there.</summary>
public sealed class PriceOptions
{
    public const string Fixed = "fixed_price";
    public const string FixedPerMethod = "fixed_price_per_method";

    /// <summary>Pricing model: fixed_price (one price for every call) or fixed_price_per_method. Default fixed_price.</summary>
    [AllowedValues(Fixed, FixedPerMethod)]
    public string Model { get; set; } = Fixed;

    /// <summary>For fixed_price: price of each call in cogs, 0 to 2^256-1, as a number or as text.</summary>
    [DataType("cogs")]
    public string? Cogs { get; set; }

    /// <summary>
    /// For fixed_price_per_method: price in cogs by the full path of the method, `/package.Service/Method`. A method that is not listed
    /// cannot be called.
    /// </summary>
    [DataType("cogs")]
    [KeyForm("method")]
    public Dictionary<string, string> Methods { get; set; } = new(StringComparer.Ordinal);
}
