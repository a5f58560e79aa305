using SnetGateway.Payments.Counters;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.FreeCalls;

/// <summary>The quota of a user holds whatever happens concurrently, and only what was granted counts.</summary>
public sealed class FreeCallQuotaTests
{
    private static string Exceeded(int made, int limit = 3) =>
        $"internal error: free call limit has been exceeded, calls made = {made}, total free calls eligible = {limit}";

    [Fact]
    [Rule(2)]
    public async Task Calls_AreGrantedUpToTheQuota_WithOneWriteEach()
    {
        var rig = new FreeCallRig();
        for (ulong call = 0; call < 3; call++)
        {
            Assert.Equal(3 - call, await rig.AskAsync());
            Assert.Null(await rig.CallAsync());
        }

        PaymentRefusal? refusal = await rig.CallAsync();
        Assert.Equal((13, Exceeded(3), RefusalReason.QuotaUsed), (refusal!.StatusCode, refusal.Message, refusal.Reason));
        Assert.Equal(0UL, await rig.AskAsync());
        Assert.Equal(3, rig.Store.Commits);
    }

    [Fact]
    public async Task SpellingsOfAnAddress_ShareTheQuota()
    {
        var rig = new FreeCallRig();
        string lower = FreeCallRig.UserText.ToLowerInvariant();
        string upper = "0x" + FreeCallRig.UserText[2..].ToUpperInvariant();
        Assert.Null(await rig.CallAsync());
        Assert.Null(await rig.CallAsync(lower));
        Assert.Null(await rig.CallAsync(upper));
        foreach (string spelling in (string[])[FreeCallRig.UserText, lower, upper])
        {
            Assert.Equal(Exceeded(3), (await rig.CallAsync(spelling))!.Message);
            Assert.Equal(0UL, await rig.AskAsync(spelling));
        }
    }

    [Fact]
    public async Task ConcurrentCalls_ExactlyTheQuotaIsGranted()
    {
        var rig = new FreeCallRig();
        PaymentRefusal?[] results = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => rig.CallAsync())));
        Assert.Equal(3, results.Count(refusal => refusal is null));
        Assert.All(results.OfType<PaymentRefusal>(), refusal => Assert.Equal(RefusalReason.QuotaUsed, refusal.Reason));
        Assert.Equal(Exceeded(3), (await rig.CallAsync())!.Message);
    }

    [Fact]
    public async Task ThreeReplicas_ConcurrentCalls_ExactlyTheQuotaIsGranted()
    {
        var store = new ScriptedStore { IsShared = true };
        FreeCallRig[] replicas = [.. Enumerable.Range(0, 3).Select(_ => new FreeCallRig(store: store))];
        PaymentRefusal?[] results = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(call => Task.Run(() => replicas[call % 3].CallAsync())));
        Assert.Equal(3, results.Count(refusal => refusal is null));
        Assert.All(results.OfType<PaymentRefusal>(), refusal => Assert.Equal(RefusalReason.QuotaUsed, refusal.Reason));
        foreach (FreeCallRig replica in replicas)
        {
            Assert.Equal(Exceeded(3), (await replica.CallAsync())!.Message);
        }
    }

    [Fact]
    public async Task QuotaUsedAtAnotherReplica_BetweenAdmissionAndSettle_IsRefusedWithoutAByte()
    {
        var store = new ScriptedStore { IsShared = true };
        FreeCallRig rig = new(store: store), other = new(store: store);
        Reservation held = await rig.ReserveAsync();
        await rig.ReserveAsync();
        for (int call = 0; call < 3; call++)
        {
            Assert.Null(await other.CallAsync());
        }

        // Beside those three a call still runs here: the text names the quota, and no sum of both.
        PaymentRefusal? refusal = await held.SettleAsync();
        Assert.Equal((RefusalReason.QuotaUsed, Exceeded(3)), (refusal!.Reason, refusal.Message));
        Assert.Contains($"free-call-without-grant {FreeCallRig.User}", rig.Events.Lines);
    }

    [Theory]
    [InlineData(ReleaseReason.NotForwarded)]
    [InlineData(ReleaseReason.ServiceFailed)]
    [InlineData(ReleaseReason.ClientDisconnected)]
    [Rule(4)]
    public async Task ReleasedCalls_CountNothing(ReleaseReason reason)
    {
        var rig = new FreeCallRig();
        for (int call = 0; call < 5; call++)
        {
            Assert.True((await rig.ReserveAsync()).TryRelease(reason));
        }

        Assert.Equal(3UL, await rig.AskAsync());
        Assert.Equal(0, rig.Store.Commits);
        Assert.Null(await rig.CallAsync());
    }

    [Fact]
    public async Task RunningCalls_HoldTheQuota_AndGiveItBack()
    {
        var rig = new FreeCallRig();
        Reservation[] running = [await rig.ReserveAsync(), await rig.ReserveAsync(), await rig.ReserveAsync()];
        Assert.Equal(Exceeded(3), (await rig.CallAsync())!.Message);
        Assert.True(running[0].TryRelease(ReleaseReason.ServiceFailed));
        Assert.Null(await rig.CallAsync());
        Assert.Null(await running[1].SettleAsync());
        Assert.Null(await running[2].SettleAsync());
        Assert.Equal(Exceeded(3), (await rig.CallAsync())!.Message);
    }

    [Fact]
    [Rule(6)]
    public async Task UserWhoEndsManyCalls_HasToPause()
    {
        var rig = new FreeCallRig(FreeCallRig.Terms(calls: 1_000));
        for (int call = 0; call < 11; call++)
        {
            Assert.True((await rig.ReserveAsync()).TryRelease(ReleaseReason.ClientDisconnected));
        }

        PaymentRefusal? refusal = await rig.CallAsync();
        Assert.Equal(
            (9, $"another transaction on this user: {{ID:{FreeCallRig.UserText}//org/svc/R1}} is in progress"),
            (refusal!.StatusCode, refusal.Message));
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await rig.CallAsync());
    }

    [Theory]
    [InlineData(StoreFault.NotWritten, RefusalReason.NotRecorded, "free-call-not-written")]
    [InlineData(StoreFault.UnknownLost, RefusalReason.NotRecorded, "free-call-not-written")]
    [Rule(1)]
    public async Task StoreDoesNotWrite_NoByte_AndNothingCounts(StoreFault fault, RefusalReason reason, string line)
    {
        var rig = new FreeCallRig();
        Reservation held = await rig.ReserveAsync();
        rig.Store.Fail(fault);
        PaymentRefusal? refusal = await held.SettleAsync();
        Assert.Equal(
            (13, "unable to store new transaction free call user state", reason), (refusal!.StatusCode, refusal.Message, refusal.Reason));
        Assert.Contains($"{line} {FreeCallRig.User}", rig.Events.Lines);
        Assert.Equal(3UL, await rig.AskAsync());
    }

    [Theory]
    [InlineData(StoreFault.UnknownWritten)]
    [InlineData(StoreFault.RepeatedWrite)]
    [Rule(7)]
    public async Task ResponseOfTheStoreIsLost_WrittenOnce_IsGranted(StoreFault fault)
    {
        var rig = new FreeCallRig();
        Reservation held = await rig.ReserveAsync();
        rig.Store.Fail(fault);
        Assert.Null(await held.SettleAsync());
        Assert.Equal(2UL, await rig.AskAsync());
    }

    [Fact]
    public async Task CountThatCannotBeRead_IsRefusedWithItsText()
    {
        var rig = new FreeCallRig { Store = { FailingReads = 1 } };
        PaymentRefusal? refusal = await rig.CallAsync();
        Assert.Equal(
            (13, "payment freeCallUserData error: the ledger cannot be read now, please try again later"),
            (refusal!.StatusCode, refusal.Message));
        Assert.Null(await rig.CallAsync());
    }

    [Fact]
    public async Task Restart_TheCountIsThatOfTheLedger()
    {
        var before = new FreeCallRig();
        Assert.Null(await before.CallAsync());
        Assert.Null(await before.CallAsync());
        var rig = new FreeCallRig(store: before.Store);
        Assert.Equal(1UL, await rig.AskAsync());
        Assert.Null(await rig.CallAsync());
        Assert.Equal(Exceeded(3), (await rig.CallAsync())!.Message);
    }

    [Fact]
    public async Task AddressWithANumberOfItsOwn_OrWithoutALimit()
    {
        var rig = new FreeCallRig(FreeCallRig.Terms(calls: 3, perAddress: [(FreeCallRig.User, 1)]));
        Assert.Null(await rig.CallAsync());
        Assert.Equal(Exceeded(1, 1), (await rig.CallAsync())!.Message);

        rig = new FreeCallRig(FreeCallRig.Terms(calls: 0, perAddress: [(FreeCallRig.User, FreeCallTerms.Unlimited)]));
        for (int call = 0; call < 10; call++)
        {
            Assert.Null(await rig.CallAsync());
        }

        Assert.Equal(99_999_999UL, await rig.AskAsync());
    }

    /// <summary>A quota is bound to address, user id, organisation, service and group.</summary>
    [Fact]
    public void CounterKeys_DifferInEachPart()
    {
        var user = new FreeCallUser(FreeCallRig.User, "u");
        (FreeCallUser User, string Organization, string Service, string Group)[] all =
        [
            (user, "org", "svc", "g"), (user with { UserId = "" }, "org", "svc", "g"),
            (user with { Address = FreeCallRig.Other }, "org", "svc", "g"), (user, "orgs", "vc", "g"), (user, "org", "svcg", ""),
            (user, "", "orgsvc", "g"), (user with { UserId = "gu" }, "org", "svc", ""),
        ];
        RecordKey[] keys =
            [.. all.Select(row => row.User.CounterKey(FreeCallOffer.QuotaIdsOf(row.Organization, row.Service, row.Group)))];
        Assert.Equal(all.Length, keys.Distinct().Count());
        Assert.Equal(all.Select(row => row.User.Address), keys.Select(CounterName.AddressOf));

        // The bytes are in ledgers, so they never change.
        Assert.Equal(
            "FreeCallCount/00000000000000000000000000000000000000ab"
                + "8aee038010ce3c6f83176313e85cfdc16681132e698885292bd1fc939496f5ef",
            keys[0].ToString());
    }
}
