using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>Which channels are claimed, by which rule, and in which order.</summary>
public sealed class ClaimPlanTests
{
    private const ulong Gwei = 1_000_000_000;

    private static readonly ClaimRules s_rules = new()
    {
        MinValue = 1_000, ExpiryBlocks = 100, MaxFee = 30 * Gwei, UrgentMaxFee = 200 * Gwei, BatchSize = 4,
    };

    [Theory]
    [InlineData(999UL, 10_000UL, false, null)] // no rule
    [InlineData(1_000UL, 10_000UL, false, ClaimReason.Value)]
    [InlineData(1UL, 1_099UL, false, ClaimReason.Expiry)]
    [InlineData(1UL, 1_100UL, false, null)]
    [InlineData(1UL, 500UL, false, ClaimReason.Expiry)] // expired: until the sender takes it back, the contract still pays
    [InlineData(1UL, 10_000UL, true, ClaimReason.Started)]
    [InlineData(1UL, 1_099UL, true, ClaimReason.Started)]
    public void Rule_ByWhichAChannelIsClaimed(ulong amount, ulong expiration, bool isStarted, ClaimReason? reason)
    {
        PlannedClaim planned = Assert.Single(Plan([Candidate(1, amount, expiration, isStarted)]));
        Assert.Equal((reason, reason is null ? ClaimHold.NotDue : null), (planned.Reason, planned.Hold));
    }

    [Theory]
    [InlineData(30UL, 1_099UL, null)]
    [InlineData(31UL, 1_099UL, ClaimHold.FeeTooHigh)]
    [InlineData(31UL, 1_050UL, null)] // the second half of its blocks: it may cost more
    [InlineData(200UL, 1_050UL, null)]
    [InlineData(201UL, 1_050UL, ClaimHold.FeeTooHigh)]
    public void Fee_IsLimited_AndMoreOfItIsPaidNearTheExpiry(ulong gwei, ulong expiration, ClaimHold? hold) =>
        Assert.Equal(hold, Assert.Single(Plan([Candidate(1, 5_000, expiration)], gwei)).Hold);

    [Theory]
    [InlineData(90UL, ClaimHold.NotWorthItsGas)] // 45,000 gas at 20 gwei are 9e14 wei, 90 cogs at this rate
    [InlineData(91UL, null)]
    public void Claim_ThatCostsMoreThanItBrings_IsLeft(ulong amount, ClaimHold? hold)
    {
        ClaimRules rules = s_rules with { CogsPerEther = 100_000 };
        PlannedClaim planned = Assert.Single(Plan([Candidate(1, amount, 1_001)], 20, rules: rules));
        Assert.Equal((hold, (UInt256)90), (planned.Hold, planned.GasCogs!.Value));
        Assert.Equal((45_000ul, (UInt256)(45_000 * 20 * Gwei)), (planned.Gas, planned.GasCost));
    }

    [Fact]
    public void Channel_OfATransactionThatIsNotFinal_OrThatTheContractRefused_IsLeft()
    {
        var conditions = new PlanConditions(
            1_000, Gwei, new HashSet<ChannelId> { new(1) }, new HashSet<ChannelId> { new(2) });
        IReadOnlyList<PlannedClaim> plan = ClaimPlan.Make(
            s_rules, [Candidate(1, 5_000, 1_010), Candidate(2, 5_000, 1_010), Candidate(3, 5_000, 1_010)], conditions);
        Assert.Equal(
            [(3UL, null), (1UL, ClaimHold.InTransaction), (2UL, ClaimHold.Refused)],
            plan.Select(one => (one.Candidate.Channel.Value.ToUInt64Saturating(), one.Hold)));
    }

    [Fact]
    public void Order_StartedThenExpiryThenValue_TheFirstToExpireInFront_ThenTheRest()
    {
        IReadOnlyList<PlannedClaim> plan = Plan(
        [
            Candidate(1, 5_000, 9_000), Candidate(2, 5_000, 1_090), Candidate(3, 1, 9_000), Candidate(4, 5, 1_020),
            Candidate(5, 7, 8_000, isStarted: true), Candidate(6, 6_000, 8_000),
        ]);
        Assert.Equal("5 4 2 6 1 3", string.Join(' ', plan.Select(one => one.Candidate.Channel)));
        Assert.NotNull(plan[^1].Hold);
    }

    [Fact]
    public void Transaction_ThatIsSentAnyway_IsFilledWithChannelsThatAreNearlyDue()
    {
        ClaimCandidate[] channels =
            [Candidate(1, 5_000, 9_000), Candidate(2, 500, 9_000), Candidate(3, 1, 1_199), Candidate(4, 499, 9_000)];
        Assert.Equal(
            [ClaimReason.Value, ClaimReason.FillsBatch, ClaimReason.FillsBatch],
            Plan(channels).Where(one => one.Hold is null).Select(one => one.Reason!.Value));
        Assert.All(Plan(channels[1..]), one => Assert.Equal(ClaimHold.NotDue, one.Hold)); // alone they wait
    }

    [Fact]
    public void Sweep_ClaimsEverythingFromWhereItStopped_InTheOrderOfIds()
    {
        ClaimCandidate[] channels = [Candidate(9, 1, 90_000), Candidate(3, 1, 80_000), Candidate(7, 1, 70_000)];
        PlannedClaim[] due = [.. Plan(channels, sweepFrom: 5).Where(one => one.Reason == ClaimReason.Age)];
        Assert.Equal("7 9", string.Join(' ', due.Select(one => one.Candidate.Channel)));
    }

    [Fact]
    public void StartedTotal_WithoutARule_IsClaimedAlone()
    {
        ClaimTotal started = Total(0, 10, isStarted: true);
        var candidate = new ClaimCandidate(new ChannelId(1), 9_000, [started, Total(1, 20)]);
        Assert.Equal([started], Assert.Single(Plan([candidate])).Totals);
        Assert.Equal(2, Assert.Single(Plan([candidate with { Expiration = 1_050 }])).Totals.Count);
    }

    [Fact]
    public async Task Candidate_HoldsTheTotalsFromTheContractsNonceOn_AndNoMoreThanTheChannelHas()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(ClaimCandidate.Of(rig.Channel, PaymentRig.Recipient));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(600), 600));
        Assert.Null((await rig.StartAsync()).Refusal);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(400, 1), 400));

        ClaimCandidate both = ClaimCandidate.Of(rig.Channel, PaymentRig.Recipient)!;
        Assert.Equal([(0UL, 600UL, 600UL, true), (1UL, 400UL, 400UL, false)], Lines(both));
        Assert.Null(ClaimCandidate.Of(rig.Channel, PaymentRig.Stranger));

        // A deposit that a reorganisation removed: what is left is claimed rather than nothing.
        rig.Chain.Open(PaymentRig.One, PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 700, 2_000);
        rig.Chain.Learn(PaymentRig.One);
        Assert.Equal([(0UL, 600UL, 600UL, true), (1UL, 400UL, 100UL, false)], Lines(ClaimCandidate.Of(rig.Channel, PaymentRig.Recipient)!));

        // Claimed by a tool, seen by its event: what is left is not known before a reading.
        rig.Chain.Claim(PaymentRig.One, 600);
        Assert.True(ClaimCandidate.NeedsReading(rig.Channel));
        Assert.Null(ClaimCandidate.Of(rig.Channel, PaymentRig.Recipient));
        rig.Chain.Learn(PaymentRig.One);
        Assert.False(ClaimCandidate.NeedsReading(rig.Channel));
        Assert.Equal([(1UL, 400UL, 100UL, false)], Lines(ClaimCandidate.Of(rig.Channel, PaymentRig.Recipient)!));
    }

    private static (ulong, ulong, ulong, bool)[] Lines(ClaimCandidate candidate) => [.. candidate.Totals.Select(total => (
        total.Nonce.Value.ToUInt64Saturating(), total.Signed.ToUInt64Saturating(), total.Payable.ToUInt64Saturating(), total.IsStarted))];

    private static IReadOnlyList<PlannedClaim> Plan(
        ClaimCandidate[] candidates, ulong gwei = 20, ulong? sweepFrom = null, ClaimRules? rules = null) => ClaimPlan.Make(
        rules ?? s_rules, candidates,
        new PlanConditions(
            1_000, gwei * Gwei, new HashSet<ChannelId>(), new HashSet<ChannelId>(), sweepFrom is { } id ? new ChannelId(id) : null));

    private static ClaimCandidate Candidate(ulong id, ulong amount, ulong expiration, bool isStarted = false) =>
        new(new ChannelId(id), expiration, [Total(0, amount, isStarted)]);

    private static ClaimTotal Total(ulong nonce, ulong amount, bool isStarted = false) =>
        new(new ChannelNonce(nonce), amount, amount, default, isStarted);
}
