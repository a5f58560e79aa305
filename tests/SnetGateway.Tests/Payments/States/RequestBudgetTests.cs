using System.Net;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.Tests.Payments.FreeCalls;
using SnetGateway.Tests.Payments.Prepaid;
using Xunit;

namespace SnetGateway.Tests.Payments.States;

/// <summary>The limit of control requests for each caller (docs/protocol/control-services.md, 'Limits').</summary>
public sealed class RequestBudgetTests
{
    private static readonly ClientNetwork s_client = ClientNetwork.Of(IPAddress.Parse("192.0.2.1"));

    [Fact]
    public async Task Party_OverItsLimit_IsRefusedBeforeTheStore_AndOthersAreServed()
    {
        var rig = new PaymentRig();
        rig.Parts.RequestsPerMinute = 3;
        rig.Chain.Learn(PaymentRig.One);
        for (int i = 0; i < 3; i++)
        {
            Assert.Null((await AskAsync(rig, PaymentRig.Sender)).Refusal);
        }

        int reads = rig.Store.Reads;
        Assert.Equal(RequestBudgets.Refusal, (await AskAsync(rig, PaymentRig.Sender)).Refusal);
        Assert.Equal(RequestBudgets.Refusal, (await rig.GetTokenAsync(5, by: PaymentRig.Sender)).Refusal);
        Assert.Equal(reads, rig.Store.Reads);
        Assert.Null((await AskAsync(rig, PaymentRig.Signer)).Refusal);
        rig.Time.Advance(RequestBudgets.Period);
        Assert.Null((await AskAsync(rig, PaymentRig.Sender)).Refusal);
    }

    /// <summary>Whoever shares its address, as behind a load balancer, cannot use up the requests of a party.</summary>
    [Fact]
    public async Task Client_OverItsLimit_ReadsNoChain_AndPartiesOfKnownChannelsAreServedFromItsAddress()
    {
        var rig = new PaymentRig();
        rig.Chain.Open(PaymentRig.Id(2), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 1_000, 100_000);
        rig.Parts.RequestsPerMinute = 3;
        rig.Chain.Learn(PaymentRig.One);
        byte[] broken = new byte[65];
        Assert.Equal("incorrect signature", (await States(rig).GetAsync(PaymentRig.One, 1_000, broken, s_client, default)).Refusal);
        Assert.Equal("incorrect signature", (await GetTokenAsync(rig, broken)).Refusal);
        Assert.Contains("can get latest channel state", (await AskAsync(rig, PaymentRig.Stranger)).Refusal, StringComparison.Ordinal);
        int reads = rig.Chain.Looks.Count;
        Assert.Equal(RequestBudgets.Refusal, (await AskAsync(rig, PaymentRig.Stranger)).Refusal);
        Assert.Equal(RequestBudgets.Refusal, (await AskAsync(rig, PaymentRig.Sender, channel: 2)).Refusal);
        Assert.Equal(RequestBudgets.Refusal, (await States(rig).GetAsync(PaymentRig.One, 1_000, broken, s_client, default)).Refusal);
        Assert.Equal(RequestBudgets.Refusal, (await GetTokenAsync(rig, broken)).Refusal);
        Assert.Equal((reads, 0), (rig.Chain.Looks.Count, rig.Chain.HeadRefreshes));
        Assert.Null((await AskAsync(rig, PaymentRig.Sender)).Refusal);
        Assert.Null((await AskAsync(rig, PaymentRig.Sender, channel: 2, client: "192.0.2.2")).Refusal);
    }

    [Fact]
    public async Task FreeCallUser_OverItsLimit_IsRefusedBeforeStoreAndChain_AndOthersAreServed()
    {
        var rig = new FreeCallRig { Limit = 2 };
        Assert.Null((await IssueAsync(rig)).Error); // counted for the client
        Assert.Null((await IssueAsync(rig)).Error);
        Assert.IsType<ulong>(await rig.AskAsync());
        int reads = rig.Balances.Reads;
        Assert.Equal(RequestBudgets.Refusal, (await IssueAsync(rig)).Error);
        Assert.Equal(RequestBudgets.Refusal, await rig.AskAsync());
        Assert.Equal(reads, rig.Balances.Reads);
        Assert.Null((await IssueAsync(rig, FreeCallRig.Other)).Error);
        rig.Time.Advance(RequestBudgets.Period);
        Assert.IsType<ulong>(await rig.AskAsync());
    }

    /// <summary>An address costs its maker nothing, so addresses without a token are counted for the client.</summary>
    [Fact]
    public async Task NewUsersOfOneClient_OverItsLimit_ReadNoBalance()
    {
        var rig = new FreeCallRig { Limit = 2 };
        for (byte i = 1; i <= 2; i++)
        {
            Assert.Null((await IssueAsync(rig, User(i))).Error);
        }

        int reads = rig.Balances.Reads;
        Assert.Equal(RequestBudgets.Refusal, (await IssueAsync(rig, User(3))).Error);
        Assert.Equal(reads, rig.Balances.Reads);
        Assert.Null((await IssueAsync(rig, User(1))).Error);
        Assert.Null((await IssueAsync(rig, User(3), "192.0.2.2")).Error);
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8:1:2:3::1", "2001:db8:1:2:ffff::", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("0.0.0.0", null, true)]
    public void Network_OfAnAddress(string first, string? second, bool isSame) => Assert.Equal(
        isSame, ClientNetwork.Of(IPAddress.Parse(first)) == ClientNetwork.Of(second is null ? null : IPAddress.Parse(second)));

    [Fact]
    public void MoreCallersThanAreCounted_AreRefused_UntilTheMinuteIsOver()
    {
        var time = new TestTimeProvider();
        var budget = new CallerBudget<ulong>(time);
        Assert.All(Enumerable.Range(0, CallerBudget<ulong>.MaxCallers), i => Assert.True(budget.TryTake((ulong)i, 2)));
        Assert.False(budget.TryTake(ulong.MaxValue, 2));
        Assert.True(budget.TryTake(0, 2));
        Assert.False(budget.TryTake(0, 2));
        time.Advance(RequestBudgets.Period);
        Assert.True(budget.TryTake(ulong.MaxValue, 2));
    }

    [Fact]
    public async Task ConcurrentRequests_AreServedUpToTheLimit()
    {
        var budget = new CallerBudget<ulong>(new TestTimeProvider());
        int served = 0;
        await Parallel.ForAsync(0, 1_000, (_, _) =>
        {
            Interlocked.Add(ref served, budget.TryTake(1, 100) ? 1 : 0);
            return ValueTask.CompletedTask;
        });
        Assert.Equal(100, served);
    }

    private static ChannelStates States(PaymentRig rig) =>
        new(rig.Book, rig.Parts.Parties, rig.Parts.Budgets, rig.Signers, rig.Ledger, PaymentRig.Escrow);

    private static ValueTask<ChannelState> AskAsync(PaymentRig rig, Address by, ulong channel = 1, string client = "192.0.2.1") =>
        States(rig).GetAsync(
            PaymentRig.Id(channel), 1_000, ChannelStatesTests.Sign(PaymentRig.Id(channel), 1_000, by),
            ClientNetwork.Of(IPAddress.Parse(client)), default);

    private static ValueTask<PlanReply> GetTokenAsync(PaymentRig rig, byte[] signature) =>
        rig.Parts.Plans.GetAsync(PaymentRig.Pay(5), 1_000, signature, s_client, default);

    private static ValueTask<(FreeCallToken Token, string? Error)> IssueAsync(
        FreeCallRig rig, Address? user = null, string client = "192.0.2.1") =>
        rig.States.IssueAsync(
            [rig.Offer], FreeCallRig.Use(rig.Offer, [], address: (user ?? FreeCallRig.User).ToString(), by: user), null,
            ClientNetwork.Of(IPAddress.Parse(client)), default);

    private static Address User(byte last) => Address.Parse($"0x00000000000000000000000000000000000000{last:x2}");
}
