using System.Numerics;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Usage;

/// <summary>Charged calls of one method by one payer, as the ledger's journal has them.</summary>
/// <param name="At">When they were charged, by the gateway's clock.</param>
/// <param name="Kind">How they were paid.</param>
/// <param name="Service">The configured name of the service.</param>
/// <param name="Method">The path that was called.</param>
/// <param name="Payer">The channel's sender, or the user of free calls; null where the ledger no longer knows.</param>
/// <param name="Calls">How many; 0 for what a metered call gives back.</param>
/// <param name="Cogs">What they cost together; negative for what a metered call gives back.</param>
public sealed record UsageLine(
    DateTimeOffset At, UsageKind Kind, string Service, string Method, Address? Payer, ulong Calls, BigInteger Cogs);

/// <summary>How calls were paid.</summary>
public enum UsageKind
{
    /// <summary>By a payment of the channel, one call each: escrow calls, parallel vouchers, train-calls, metered calls.</summary>
    Channel,

    /// <summary>From a prepaid plan.</summary>
    Prepaid,

    /// <summary>Free calls.</summary>
    Free,
}
