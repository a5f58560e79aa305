using System.Text.Json;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Claims;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Admin;

/// <summary>Shows what the gateway claims and would claim, and has it do so now.</summary>
internal sealed class ClaimControl(ClaimAutopilots autopilots, OutboxStore outboxes, ClaimProcess process, TimeProvider time)
{
    /// <summary>The open transactions of each payee. Throws what a read of the ledger throws.</summary>
    public async Task<IReadOnlyList<ClaimStatus>> StatusAsync(CancellationToken cancellationToken)
    {
        var all = new List<ClaimStatus>();
        foreach (ClaimState one in autopilots.All)
        {
            ClaimOutbox outbox = await outboxes.ReadAsync(one.Autopilot.Payee, cancellationToken);
            all.Add(new ClaimStatus(
                AddressText.Checksum(outbox.Payee), outbox.Claimer == process.Number, outbox.ClaimerUntil > time.GetUtcNow(), one.Last?.At,
                one.Last?.Problem, [.. outbox.Batches.Select(View)]));
        }

        return all;
    }

    /// <summary>What each payee would claim. Throws <see cref="ClaimChainException"/> and what a read of the ledger throws.</summary>
    public async Task<IReadOnlyList<PlannedClaimView>> PlanAsync(CancellationToken cancellationToken)
    {
        var all = new List<PlannedClaimView>();
        foreach (ClaimState one in autopilots.All)
        {
            string payee = AddressText.Checksum(one.Autopilot.Payee);
            all.AddRange((await autopilots.PlanAsync(one, cancellationToken)).Select(planned => View(payee, planned)));
        }

        return all;
    }

    /// <summary>Does a round of each payee. Throws what a read of the ledger throws.</summary>
    public async Task<IReadOnlyList<ClaimStatus>> RunAsync(CancellationToken cancellationToken)
    {
        foreach (ClaimState one in autopilots.All)
        {
            await autopilots.RunAsync(one, cancellationToken);
        }

        return await StatusAsync(cancellationToken);
    }

    private static string? Name<T>(T? value)
        where T : struct, Enum => value is { } known ? JsonNamingPolicy.CamelCase.ConvertName($"{known}") : null;

    private static OpenTransaction View(ClaimBatch batch) => new(
        batch.AccountNonce, batch.Entries.Count,
        batch.Entries.Aggregate(UInt256.Zero, (sum, entry) => sum.SaturatingAdd(entry.Payable)).ToString(),
        batch.Newest.Hash.ToString(), batch.Newest.Fees.MaxFee, batch.CreatedAt, batch.Newest.AtBlock);

    private static PlannedClaimView View(string payee, PlannedClaim planned)
    {
        string? gain = planned.GasCogs is not { } cost ? null
            : cost > planned.Payable ? $"-{cost.SaturatingSubtract(planned.Payable)}"
            : planned.Payable.SaturatingSubtract(cost).ToString();
        return new PlannedClaimView(
            payee, planned.Candidate.Channel.ToString(), planned.Totals[0].Nonce.ToString(), planned.Totals.Count,
            planned.Payable.ToString(), planned.Candidate.Expiration.ToString(), planned.BlocksLeft, Name(planned.Reason),
            Name(planned.Hold), planned.Gas, planned.GasCost.ToString(), gain);
    }
}

/// <summary>The claims of one payee.</summary>
/// <param name="Payee">The payment address.</param>
/// <param name="IsClaimer">Whether this gateway was the last to look after them.</param>
/// <param name="HasClaimer">Whether a gateway does so now.</param>
/// <param name="LastRound">When the last round of this gateway ended; null for none.</param>
/// <param name="Problem">Why it failed; null if it did not.</param>
/// <param name="Open">The transactions that are not final.</param>
internal sealed record ClaimStatus(
    string Payee, bool IsClaimer, bool HasClaimer, DateTimeOffset? LastRound, string? Problem, IReadOnlyList<OpenTransaction> Open);

/// <summary>A transaction that is not final.</summary>
/// <param name="Number">Its number among those of the account.</param>
/// <param name="Claims">Claims in it.</param>
/// <param name="Cogs">What they pay.</param>
/// <param name="Hash">What was sent last.</param>
/// <param name="MaxFee">The most wei for a unit of gas.</param>
/// <param name="CreatedAt">The newest block when it was made.</param>
/// <param name="SentAt">The same when it was last sent with other fees.</param>
internal sealed record OpenTransaction(ulong Number, int Claims, string Cogs, string Hash, ulong MaxFee, ulong CreatedAt, ulong SentAt);

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
internal sealed record PlannedClaimView(
    string Payee, string Channel, string Nonce, int Claims, string Cogs, string Expiration, ulong BlocksLeft, string? Reason,
    string? Hold, ulong Gas, string GasWei, string? GainCogs);
