using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Limits;

/// <summary>A spending cap: what calls may cost in a day (UTC).</summary>
public sealed record BudgetOptions
{
    /// <summary>Whose spending counts together: that of each `payer`, or of `all`. Default payer.</summary>
    [AllowedValues(RateOptions.Payer, RateOptions.All)]
    public string Per { get; set; } = RateOptions.Payer;

    /// <summary>Name of the service in `SnetGateway:Services` whose calls count. Unset: those of all services.</summary>
    public string? Service { get; set; }

    /// <summary>The cap in cogs for each day.</summary>
    [Required, DataType("cogs")]
    public string Cogs { get; set; } = "";
}
