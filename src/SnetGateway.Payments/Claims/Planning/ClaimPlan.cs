using System.Numerics;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Planning;

/// <summary>Decides which channels are claimed now. Pure: the same channels, rules and conditions give the same plan.</summary>
public static class ClaimPlan
{
    /// <summary>Gas of one claim among many, as measured on the contract; a transaction's own part is in it.</summary>
    public const ulong GasPerClaim = 45_000;

    private const ulong WeiPerEther = 1_000_000_000_000_000_000;

    /// <summary>Plans all channels.</summary>
    /// <returns>Those that are claimed now, in the order in which they are, and behind them the others.</returns>
    public static IReadOnlyList<PlannedClaim> Make(
        ClaimRules rules, IEnumerable<ClaimCandidate> candidates, PlanConditions conditions)
    {
        PlannedClaim[] planned = [.. candidates.Select(candidate => Plan(rules, candidate, conditions))];
        int due = planned.Where(one => one.Hold is null).Sum(one => one.Totals.Count);
        int room = due == 0 ? 0 : (rules.BatchSize - (due % rules.BatchSize)) % rules.BatchSize;
        return
        [
            .. planned.Select(one => (Planned: Fill(one, rules, conditions, room), one.Candidate))
                .OrderBy(pair => pair.Planned.Hold is not null)
                .ThenBy(pair => pair.Planned.Reason)
                .ThenBy(pair => pair.Planned.Reason == ClaimReason.Age ? UInt256.Zero : pair.Candidate.Expiration)
                .ThenBy(pair => pair.Candidate.Channel)
                .Select(pair => pair.Planned),
        ];
    }

    private static PlannedClaim Plan(ClaimRules rules, ClaimCandidate candidate, PlanConditions conditions)
    {
        ulong left = candidate.BlocksLeft(conditions.Head);
        ClaimReason? rule = left < rules.ExpiryBlocks ? ClaimReason.Expiry
            : candidate.Payable >= rules.MinValue ? ClaimReason.Value
            : conditions.SweepFrom is { } from && candidate.Channel >= from ? ClaimReason.Age
            : null;
        ClaimReason? reason = candidate.HasStarted ? ClaimReason.Started : rule;

        // Without a rule only what was started is claimed: consumers still sign the rest.
        IReadOnlyList<ClaimTotal> totals =
            candidate.HasStarted && rule is null ? [.. candidate.Totals.Where(total => total.IsStarted)] : candidate.Totals;
        var planned = new PlannedClaim(candidate, reason, null, totals, left, 0, UInt256.Zero, null);
        return Cost(planned, rules, conditions);
    }

    /// <summary>Adds what it costs, and whether that, or something else, holds it back.</summary>
    private static PlannedClaim Cost(PlannedClaim planned, ClaimRules rules, PlanConditions conditions)
    {
        ulong gas = GasPerClaim * (ulong)planned.Totals.Count;
        BigInteger wei = (BigInteger)gas * conditions.GasPrice;
        BigInteger? cogs = rules.CogsPerEther is { } rate ? wei * rate.ToBigInteger() / WeiPerEther : null;
        ChannelId channel = planned.Candidate.Channel;
        ClaimHold? hold = conditions.InTransactions.Contains(channel) ? ClaimHold.InTransaction
            : conditions.Refused.Contains(channel) ? ClaimHold.Refused
            : cogs >= planned.Payable.ToBigInteger() ? ClaimHold.NotWorthItsGas
            : planned.Reason is null ? ClaimHold.NotDue
            : conditions.GasPrice > rules.MaxFeeOf(planned.BlocksLeft) ? ClaimHold.FeeTooHigh
            : null;
        return planned with { Hold = hold, Gas = gas, GasCost = ToUInt256(wei), GasCogs = cogs is { } cost ? ToUInt256(cost) : null };
    }

    /// <summary>
    /// A channel that will be due soon fills a transaction that is sent anyway, so that claims do not go out one by one.
    /// </summary>
    private static PlannedClaim Fill(PlannedClaim planned, ClaimRules rules, PlanConditions conditions, int room) =>
        planned.Hold == ClaimHold.NotDue && room > 0 && conditions.GasPrice <= rules.MaxFee && IsNearlyDue(planned, rules)
            ? planned with { Hold = null, Reason = ClaimReason.FillsBatch }
            : planned;

    private static bool IsNearlyDue(PlannedClaim planned, ClaimRules rules) =>
        planned.BlocksLeft / 2 < rules.ExpiryBlocks || planned.Payable.SaturatingAdd(planned.Payable) >= rules.MinValue;

    private static UInt256 ToUInt256(BigInteger value) =>
        UInt256.TryReadBigEndian(value.ToByteArray(isUnsigned: true, isBigEndian: true), out UInt256 number) ? number : UInt256.MaxValue;
}
