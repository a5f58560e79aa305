using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Metering;
using SnetGateway.Gateway.Prices;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Catalog;

/// <summary>The price of a call, in the pricing models of service metadata, by their names there, or as the service names it.</summary>
public sealed class PriceOptions
{
    public const string Fixed = "fixed_price";
    public const string FixedPerMethod = "fixed_price_per_method";
    public const string DynamicPrice = "dynamic_price";

    /// <summary>
    /// Pricing model: fixed_price (one price for every call), fixed_price_per_method, or dynamic_price (the service is asked for the price
    /// of each call). Default fixed_price.
    /// </summary>
    [AllowedValues(Fixed, FixedPerMethod, DynamicPrice)]
    public string Model { get; set; } = Fixed;

    /// <summary>
    /// For fixed_price: price of each call in cogs, 0 to 2^256-1, as a number or as text. For dynamic_price: the price of the methods that
    /// have no price method.
    /// </summary>
    [DataType("cogs")]
    public string? Cogs { get; set; }

    /// <summary>
    /// For fixed_price_per_method: price in cogs by the full path of the method, `/package.Service/Method`. A method that is not listed
    /// cannot be called. For dynamic_price in place of Cogs: the prices of the methods that have no price method.
    /// </summary>
    [DataType("cogs")]
    [KeyForm("method")]
    public Dictionary<string, string> Methods { get; set; } = new(StringComparer.Ordinal);

    /// <summary>For dynamic_price: how the service is asked.</summary>
    public DynamicPriceOptions Dynamic { get; set; } = new();

    /// <summary>A price that is known when the call has ended, and is at most the price of the model.</summary>
    public MeteredPriceOptions Metered { get; set; } = new();
}
