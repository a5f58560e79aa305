namespace SnetGateway.Gateway.Admin;

/// <summary>What the plan says of a channel.</summary>
/// <param name="Payee">The payment address.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Nonce">The first nonce that is claimed.</param>
/// <param name="Claims">So many nonces.</param>
/// <param name="Cogs">What the contract pays.</param>
/// <param name="Expiration">Block number of its expiry.</param>
/// <param name="BlocksLeft">Blocks until then.</param>
/// <param name="Reason">The rule by which it is claimed: started, expiry, value, age or fillsBatch; null for none.</param>
/// <param name="Hold">Why it is not claimed now: inTransaction, notDue, feeTooHigh, notWorthItsGas or refused; null if it is.</param>
/// <param name="Gas">The gas of its claims, as estimated.</param>
/// <param name="GasWei">What that costs now.</param>
/// <param name="GainCogs">Cogs less the cost of gas; null without `Claims:CogsPerEther`.</param>
public sealed record PlannedClaimView(
    string Payee, string Channel, string Nonce, int Claims, string Cogs, string Expiration, ulong BlocksLeft, string? Reason,
    string? Hold, ulong Gas, string GasWei, string? GainCogs);

/// <summary>A plan in sums.</summary>
/// <param name="Now">What would be claimed now.</param>
/// <param name="Held">What is held back, by why it is.</param>
/// <param name="FirstNow">The first channels that would be claimed now.</param>
/// <param name="FirstHeld">The first channels that are held back.</param>
internal sealed record PlanSummary(
    PlanSum Now, IReadOnlyList<PlanSum> Held, IReadOnlyList<PlannedClaimView> FirstNow, IReadOnlyList<PlannedClaimView> FirstHeld);

/// <summary>Channels of a plan together.</summary>
/// <param name="Hold">As <see cref="PlannedClaimView.Hold"/>.</param>
/// <param name="Channels">How many.</param>
/// <param name="Cogs">What the contract would pay.</param>
internal sealed record PlanSum(string? Hold, int Channels, string Cogs);
