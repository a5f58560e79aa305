using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Tests.Payments.Prepaid;
using Xunit;

namespace SnetGateway.Tests.Payments.Ledger;

/// <summary>`ledger verify` and `ledger explain` compare a plan with the purchases in the journal of its channel.</summary>
public sealed class PlanVerificationTests
{
    private readonly PaymentRig _rig = new PaymentRig().Known();

    private RecordKey Key => PlanKey.Of(_rig.Channel.Chain!.Reading, PaymentRig.Nonce(0));

    [Fact]
    public async Task PurchasesBetweenOtherCalls_AddUpToThePlan()
    {
        await UseAsync();
        Assert.Empty(Assert.Single(await _rig.VerifyAsync()).Faults);
        CounterVerification plan = Assert.Single(await VerifyPlansAsync());
        Assert.Empty(plan.Faults);
        Assert.Equal((UInt256)20UL, plan.Used);

        var history = new LedgerHistory(_rig.Store);
        PlanHistory shown = Assert.Single(await history.PlansAsync(PaymentRig.One, default));
        Assert.Equal((PaymentRig.Nonce(0), (UInt256)390UL, 3), (shown.Nonce, shown.Record.Planned, shown.Entries.Count));
        Assert.Empty(await history.PlansAsync(PaymentRig.Id(2), default));
        Assert.Equal((UInt256)390UL, (await history.PlanAsync(_rig.Record, default))!.Planned);
    }

    [Fact]
    public async Task MorePlannedThanBought_IsAFaultOfThePlan()
    {
        await UseAsync();
        Overwrite(400);
        Assert.Contains(
            "400 cogs are planned, and 390 were bought by the journal of channel 1", Assert.Single(await VerifyPlansAsync()).Faults);
        Assert.Empty(Assert.Single(await _rig.VerifyAsync()).Faults);
    }

    [Fact]
    public async Task LessPlannedThanBought_IsAFaultOfTheChannel()
    {
        await UseAsync();
        Overwrite(100);
        Assert.Equal(["390 cogs were bought at nonce 0, and 100 are planned"], Assert.Single(await _rig.VerifyAsync()).Faults);
        _rig.Store.Overwrite(Key, new byte[] { 9, 9 });
        Assert.Equal(["390 cogs were bought at nonce 0, and 0 are planned"], Assert.Single(await _rig.VerifyAsync()).Faults);
    }

    [Fact]
    public async Task PlanWithoutItsChannel_IsAFault()
    {
        await UseAsync();
        var other = new PaymentRig();
        other.Store.Overwrite(Key, _rig.Store.Find(Key)!.Value.ToArray());
        Assert.Contains(
            "390 cogs are planned, and the ledger has no channel 1", Assert.Single(await VerifyPlansAsync(other)).Faults);
    }

    [Fact]
    public async Task EachNonce_AndEarlierParties_AreComparedByThemselves()
    {
        await UseAsync();
        _rig.Chain.Claim(PaymentRig.One, 400);
        _rig.Chain.Learn(PaymentRig.One);
        await _rig.BuyAsync(30, nonce: 1);
        Assert.All(await VerifyPlansAsync(), plan => Assert.Empty(plan.Faults));

        _rig.Chain.Mine();
        _rig.Channel.MarkReorganised(_rig.Time.GetUtcNow());
        _rig.Chain.Open(PaymentRig.One, PaymentRig.Stranger, PaymentRig.Stranger, PaymentRig.Group, 1_000, 2_000);
        _rig.Chain.Learn(PaymentRig.One);
        Assert.Null((await _rig.GetTokenAsync(40, by: PaymentRig.Stranger)).Refusal);
        CounterVerification[] plans = await VerifyPlansAsync();
        Assert.Equal(3, plans.Length);
        Assert.All(plans, plan => Assert.Empty(plan.Faults));
        await _rig.AssertCleanAsync();
    }

    /// <summary>300 and 90 bought, 20 used, and an escrow call of 10 between the purchases.</summary>
    private async Task UseAsync()
    {
        PrepaidToken token = await _rig.BuyAsync(300);
        Assert.Null(await _rig.PayAsync(PaymentRig.Pay(310), 10));
        Assert.Null(await _rig.PayAsync(token, 20));
        await _rig.BuyAsync(400);
    }

    private void Overwrite(ulong planned)
    {
        CounterRecord record = CounterRecordCodec.Read(_rig.Store.Find(Key)!);
        _rig.Store.Overwrite(Key, CounterRecordCodec.Write(record with { Planned = planned }));
    }

    private async Task<CounterVerification[]> VerifyPlansAsync(PaymentRig? rig = null)
    {
        var findings = new List<CounterVerification>();
        await foreach (CounterVerification finding in new CounterVerifier((rig ?? _rig).Store, _rig.Time).VerifyAsync(default))
        {
            findings.Add(finding);
        }

        return [.. findings];
    }
}
