using System.ComponentModel.DataAnnotations;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Claims;

/// <summary>Claims that the gateway itself sends to the contract, for the payment addresses whose transactions it can sign.</summary>
public sealed class ClaimOptions
{
    public const string Section = "SnetGateway:Claims";

    private const ulong WeiPerGwei = 1_000_000_000;

    /// <summary>
    /// Who signs transactions, by names of your choice: one for each payment address. Without any the gateway sends nothing, and the
    /// provider's tools claim.
    /// </summary>
    public Dictionary<string, ClaimSignerOptions> Signers { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Cogs from which a channel is claimed. Unset: no channel is claimed for its value.</summary>
    [DataType("cogs")]
    public string? ValueCogs { get; set; }

    /// <summary>
    /// Blocks before the expiry of a channel from which it is claimed, 100 to 10,000,000. In the second half of them it may cost
    /// UrgentMaxFeeGwei. Default 11,520, about two days.
    /// </summary>
    [Range(100, 10_000_000)]
    public int ExpiryBlocks { get; set; } = 11_520;

    /// <summary>
    /// Everything that is signed is claimed once in this time, 1 hour to 365 days. Unset: nothing is claimed for its age.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan? MaxAge { get; set; }

    /// <summary>Most gwei for a unit of gas, base fee and tip together, 1 to 100,000. Above it claims wait. Default 30.</summary>
    [Range(1, 100_000)]
    public int MaxFeeGwei { get; set; } = 30;

    /// <summary>The same for channels that expire soon, 1 to 100,000, and not below MaxFeeGwei. Default 300.</summary>
    [Range(1, 100_000)]
    public int UrgentMaxFeeGwei { get; set; } = 300;

    /// <summary>Most claims in one transaction, 1 to 60. Default 50.</summary>
    [Range(1, 60)]
    public int BatchSize { get; set; } = 50;

    /// <summary>
    /// What an ether is worth in cogs. With it a claim that costs more gas than it brings is left. Unset: that is not checked.
    /// </summary>
    [DataType("cogs")]
    public string? CogsPerEther { get; set; }

    /// <summary>The same as rules. Only for validated options.</summary>
    internal ClaimRules Rules => new()
    {
        MinValue = Cogs(ValueCogs),
        ExpiryBlocks = (ulong)ExpiryBlocks,
        MaxAge = MaxAge,
        MaxFee = (ulong)MaxFeeGwei * WeiPerGwei,
        UrgentMaxFee = (ulong)UrgentMaxFeeGwei * WeiPerGwei,
        BatchSize = BatchSize,
        CogsPerEther = Cogs(CogsPerEther),
    };

    private static UInt256? Cogs(string? text) => string.IsNullOrEmpty(text) ? null : UInt256.Parse(text);
}
