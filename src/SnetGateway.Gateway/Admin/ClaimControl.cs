using System.Text.Json;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Claims;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Admin;

/// <summary>Shows what the gateway claims and would claim, and has it do so now.</summary>
internal sealed class ClaimControl(
    ClaimAutopilots autopilots, OutboxStore outboxes, FinishedClaims finished, ClaimProcess process, TimeProvider time)
{
    /// <summary>The transactions of each payee. Throws what a read of the ledger throws.</summary>
    public async Task<IReadOnlyList<ClaimStatus>> StatusAsync(CancellationToken cancellationToken)
    {
        var all = new List<ClaimStatus>();
        foreach (ClaimState one in autopilots.All)
        {
            ClaimOutbox outbox = await outboxes.ReadAsync(one.Autopilot.Payee, cancellationToken);
            ClaimAccount? account = one.Last?.Round?.Account;
            all.Add(new ClaimStatus(
                AddressText.Checksum(outbox.Payee), outbox.Claimer == process.Number, outbox.ClaimerUntil > time.GetUtcNow(), one.Last?.At,
                one.Last?.Problem, [.. outbox.Batches.Select(batch => View(batch, account))],
                [.. finished.Of(outbox.Payee).Select(View)]));
        }

        return all;
    }

    /// <summary>What each payee would claim. Throws <see cref="ClaimChainException"/> and what a read of the ledger throws.</summary>
    public async Task<IReadOnlyList<PlannedClaimView>> PlanAsync(CancellationToken cancellationToken) =>
        [.. (await PlansAsync(cancellationToken)).Select(View)];

    /// <summary>The same in sums, with the first channels of those that are claimed and of those that are held back.</summary>
    /// <param name="first">So many of each.</param>
    /// <param name="cancellationToken">Ends reads.</param>
    public async Task<PlanSummary> SummarizeAsync(int first, CancellationToken cancellationToken)
    {
        IReadOnlyList<(string Payee, PlannedClaim Planned)> all = await PlansAsync(cancellationToken);
        ILookup<bool, (string Payee, PlannedClaim Planned)> byNow = all.ToLookup(one => one.Planned.Hold is null);
        return new PlanSummary(
            SumOf(null, byNow[true]),
            [
                .. byNow[false].GroupBy(one => one.Planned.Hold).OrderBy(group => group.Key)
                    .Select(group => SumOf(Name(group.Key), group)),
            ],
            [.. byNow[true].Take(first).Select(View)],
            [.. byNow[false].Take(first).Select(View)]);
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

    private async Task<IReadOnlyList<(string Payee, PlannedClaim Planned)>> PlansAsync(CancellationToken cancellationToken)
    {
        var all = new List<(string, PlannedClaim)>();
        foreach (ClaimState one in autopilots.All)
        {
            string payee = AddressText.Checksum(one.Autopilot.Payee);
            all.AddRange((await autopilots.PlanAsync(one, cancellationToken)).Select(planned => (payee, planned)));
        }

        return all;
    }

    private static PlanSum SumOf(string? hold, IEnumerable<(string Payee, PlannedClaim Planned)> plans)
    {
        (int channels, UInt256 cogs) = plans.Aggregate(
            (0, UInt256.Zero), (sum, one) => (sum.Item1 + 1, sum.Item2.SaturatingAdd(one.Planned.Payable)));
        return new PlanSum(hold, channels, cogs.ToString());
    }

    private static string? Name<T>(T? value)
        where T : struct, Enum => value is { } known ? JsonNamingPolicy.CamelCase.ConvertName($"{known}") : null;

    private static OpenTransaction View(ClaimBatch batch, ClaimAccount? account) => new(
        batch.AccountNonce, account is not { } known ? null : batch.AccountNonce < known.Count ? "mined" : "waiting", batch.Entries.Count,
        batch.Entries.Aggregate(UInt256.Zero, (sum, entry) => sum.SaturatingAdd(entry.Payable)).ToString(),
        batch.Newest.Hash.ToString(), batch.Newest.Fees.MaxFee, batch.GasLimit, batch.CreatedAt, batch.Newest.AtBlock);

    private static FinishedTransaction View(FinishedBatch batch) => new(
        batch.AccountNonce, batch.At, Name<BatchEnd>(batch.Outcome.Kind)!, batch.Outcome.Claims, batch.Outcome.Cogs.ToString(),
        batch.Outcome.GasUsed, batch.Outcome.Hash?.ToString());

    private static PlannedClaimView View((string Payee, PlannedClaim Planned) plan)
    {
        PlannedClaim planned = plan.Planned;
        string? gain = planned.GasCogs is not { } cost ? null
            : cost > planned.Payable ? $"-{cost.SaturatingSubtract(planned.Payable)}"
            : planned.Payable.SaturatingSubtract(cost).ToString();
        return new PlannedClaimView(
            plan.Payee, planned.Candidate.Channel.ToString(), planned.Totals[0].Nonce.ToString(), planned.Totals.Count,
            planned.Payable.ToString(), planned.Candidate.Expiration.ToString(), planned.BlocksLeft, Name(planned.Reason),
            Name(planned.Hold), planned.Gas, planned.GasCost.ToString(), gain);
    }
}
