using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Claims;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>One payee's claims, round by round, on a simulated chain.</summary>
public sealed class ClaimAutopilotTests
{
    private const ulong Gwei = 1_000_000_000;

    private static readonly ClaimRules s_rules = new()
    {
        MinValue = 100, ExpiryBlocks = 600, MaxFee = 50 * Gwei, UrgentMaxFee = 500 * Gwei,
    };

    private readonly TestTimeProvider _time = new();
    private readonly ScriptedStore _store = new();
    private readonly SimulatedChain _chain;
    private readonly RecordingClaimEvents _events = new();

    public ClaimAutopilotTests()
    {
        _chain = new SimulatedChain(PaymentRig.Escrow, PaymentRig.Group, _time);
        for (ulong id = 1; id <= 3; id++)
        {
            _chain.Open(PaymentRig.Id(id), PaymentRig.Sender, 10_000, 100_000);
        }

        _chain.Mine(100);
    }

    [Fact]
    [Rule(2, 8)]
    public async Task Claims_AreStartedWrittenSentMinedAndFinished()
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 300);
        await PayAsync(gateway, 2, 400);
        await PayAsync(gateway, 3, 10); // too little to be claimed

        ClaimRound sent = await gateway.RoundAsync(s_rules);
        ClaimBatch batch = Assert.Single(sent.Outbox.Batches);
        Assert.Equal([(1UL, 300UL), (2UL, 400UL)], Entries(batch));
        Assert.Equal((0UL, 1), (batch.AccountNonce, _chain.Waiting));
        ChannelRecord record = gateway.Book.Find(PaymentRig.One)!.Record!;
        Assert.Equal((PaymentRig.Nonce(1), UInt256.Zero), (record.Nonce, record.Amount));

        await PayAsync(gateway, 1, 50); // consumers go on at the next nonce
        _chain.Mine();
        Assert.Single((await gateway.RoundAsync(s_rules)).Outbox.Batches); // mined and not final
        Assert.Equal((UInt256)9_700, _chain.Find(PaymentRig.One)!.Value);
        _chain.Mine(64);
        Assert.Empty((await gateway.RoundAsync(s_rules)).Outbox.Batches);
        Assert.Equal(["sent 0: 2", "finished 0: Paid 2 700"], _events.Lines);
    }

    /// <summary>Trap 29: a claim that was started before the process died is claimed, without a second start.</summary>
    [Fact]
    public async Task ClaimThatWasStarted_AndNotSent_IsClaimedByTheNextRound()
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 5); // below every rule
        await gateway.Parts.ClaimWriter.StartAsync(gateway.Book.Find(PaymentRig.One)!, PaymentRig.Recipient, null, CancellationToken.None);
        SimulatedGateway next = await StartAsync();
        Assert.Equal([(1UL, 5UL)], Entries(Assert.Single((await next.RoundAsync(s_rules)).Outbox.Batches)));
    }

    [Fact]
    public async Task TransactionThatNodesForget_IsSentAgain_ThenWithHigherFees()
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 300);
        await gateway.RoundAsync(s_rules);
        for (int block = 0; block < 10; block++)
        {
            _chain.ForgetWaiting();
            _chain.Mine();
            await gateway.RoundAsync(s_rules);
            Assert.Equal(block is 4 or 9 ? 1 : 0, _chain.Waiting);
            Assert.Equal(block < 9 ? 21 * Gwei : (21 * Gwei * 9 / 8) + 1, await FeeAsync(gateway));
        }

        _chain.Mine();
        Assert.Equal((UInt256)9_700, _chain.Find(PaymentRig.One)!.Value);
        Assert.Equal(["sent 0: 1", "replaced 0: 1"], _events.Lines);
    }

    [Fact]
    public async Task TransactionThatPaysLessThanTheBaseFee_IsRaisedUpToTheLimit_AndWaitsThere()
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 300);
        await gateway.RoundAsync(s_rules);
        _chain.BaseFee = 60 * Gwei;
        _chain.Mine();
        await gateway.RoundAsync(s_rules);
        Assert.Equal(50 * Gwei, await FeeAsync(gateway));
        _chain.Mine(30);
        await gateway.RoundAsync(s_rules);
        Assert.Equal(50 * Gwei, await FeeAsync(gateway));
        _chain.BaseFee = 50 * Gwei;
        _chain.Mine();
        Assert.Equal((UInt256)9_700, _chain.Find(PaymentRig.One)!.Value);
    }

    [Fact]
    public async Task ChannelThatExpiresSoon_MayCostMore_AlsoWhereAnotherTransactionWaitsBeforeIt()
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 300);
        await gateway.RoundAsync(s_rules);
        _chain.BaseFee = 200 * Gwei;
        _chain.Open(PaymentRig.Id(9), PaymentRig.Sender, 1_000, _chain.Head.Number + 260);
        _chain.Mine(10);
        await PayAsync(gateway, 9, 7);
        await gateway.RoundAsync(s_rules); // sends the second
        _chain.Mine();
        await gateway.RoundAsync(s_rules); // and now raises the first
        _chain.Mine();
        Assert.Equal((UInt256)993, _chain.Find(PaymentRig.Id(9))!.Value);
        Assert.Equal((UInt256)9_700, _chain.Find(PaymentRig.One)!.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule(13)]
    public async Task Reorganisation_ThatRemovesTheClaims_HasThemSentAgain(bool forgets)
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 300);
        await gateway.RoundAsync(s_rules);
        _chain.Mine(20);
        await gateway.RoundAsync(s_rules);
        _chain.Reorganise(20, forgets);
        await gateway.RoundAsync(s_rules);
        Assert.Equal(UInt256.FromUInt64(10_000), _chain.Find(PaymentRig.One)!.Value);
        _chain.Mine(6);
        await gateway.RoundAsync(s_rules);
        _chain.Mine();
        Assert.Equal((UInt256)9_700, _chain.Find(PaymentRig.One)!.Value);
        _chain.Mine(64);
        Assert.Empty((await gateway.RoundAsync(s_rules)).Outbox.Batches);
        Assert.Equal(0, _chain.Wasted);
    }

    [Fact]
    public async Task ClaimThatAToolWasFasterWith_IsLeftOut_AndTheOthersArePaid()
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 300);
        await PayAsync(gateway, 2, 400);
        await gateway.RoundAsync(s_rules);
        _chain.ForgetWaiting();
        _chain.TakeOut(PaymentRig.One, 300);
        _chain.Mine(6);
        await gateway.RoundAsync(s_rules);
        _chain.Mine(66);
        Assert.Empty((await gateway.RoundAsync(s_rules)).Outbox.Batches);
        Assert.Equal((UInt256)9_600, _chain.Find(PaymentRig.Id(2))!.Value);
        Assert.Equal(["sent 0: 2", "replaced 0: 1", "finished 0: Paid 1 400"], _events.Lines);
    }

    /// <summary>Trap 30: a higher nonce alone does not prove a claim.</summary>
    [Fact]
    public async Task TransactionWhoseAccountNonceAnotherOneUsed_IsPlannedAgain()
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 300);
        await gateway.RoundAsync(s_rules);
        _chain.ForgetWaiting();
        _chain.SendOfOthers(0);
        _chain.Mine(65);
        await gateway.RoundAsync(s_rules); // drops the first, and sends the second
        _chain.Mine(66);
        Assert.Empty((await gateway.RoundAsync(s_rules)).Outbox.Batches);
        Assert.Equal(
            ["sent 0: 1", "finished 0: OtherTransaction 0 0", "sent 1: 1", "finished 1: Paid 1 300"], _events.Lines);
    }

    [Fact]
    public async Task GapBeforeATransaction_IsFilled()
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 300);
        _chain.SendOfOthers(0);
        _chain.Mine();
        await gateway.RoundAsync(s_rules); // its number is 1
        _chain.Reorganise(1, forgets: true); // and 0 is free again
        for (int block = 0; block < 8; block++)
        {
            await gateway.RoundAsync(s_rules);
            _chain.Mine();
        }

        Assert.Equal((2UL, (UInt256)9_700), (_chain.Head.Count, _chain.Find(PaymentRig.One)!.Value));
    }

    [Fact]
    public async Task ChannelThatTheContractRefuses_IsLeftOut_AndItsNonceDoesNotMove()
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 300);
        await PayAsync(gateway, 2, 400);
        await PayAsync(gateway, 3, 500);
        _chain.TakeOut(PaymentRig.Id(2), 10_000); // by a block that was not followed yet
        _chain.OnRequest = what => _ = what == "account" && _chain.Head.Number == 100 ? Advance() : 0;
        ClaimRound round = await gateway.RoundAsync(s_rules);
        Assert.Equal([(1UL, 300UL), (3UL, 500UL)], Entries(Assert.Single(round.Outbox.Batches)));
        Assert.Equal(PaymentRig.Nonce(0), gateway.Book.Find(PaymentRig.Id(2))!.Record!.Nonce);
        Assert.Contains("channel-refused 2", _events.Lines);

        int Advance()
        {
            _chain.Mine();
            return 0;
        }
    }

    [Fact]
    public async Task AccountWithoutEther_StartsNothing()
    {
        SimulatedGateway gateway = await StartAsync();
        await PayAsync(gateway, 1, 300);
        _chain.Balance = 1_000;
        Assert.Empty((await gateway.RoundAsync(s_rules)).Outbox.Batches);
        Assert.Equal(["no-ether"], _events.Lines);
        Assert.Equal(PaymentRig.Nonce(0), gateway.Book.Find(PaymentRig.One)!.Record!.Nonce);
    }

    [Fact]
    public async Task Replica_LeavesTheOutboxToTheClaimer_AndTakesOverAfterItsTime()
    {
        _store.IsShared = true;
        SimulatedGateway first = await StartAsync(), second = await StartAsync();
        await PayAsync(first, 1, 300);
        Assert.True((await first.RoundAsync(s_rules)).IsClaimer);
        Assert.False((await second.RoundAsync(s_rules)).IsClaimer);
        _time.Advance(ClaimAutopilot.ClaimerTime + TimeSpan.FromSeconds(1));
        _chain.ForgetWaiting();
        Assert.True((await second.RoundAsync(s_rules)).IsClaimer);
        Assert.Equal(1, _chain.Waiting); // sent by the second from what the first wrote
        Assert.False((await first.RoundAsync(s_rules)).IsClaimer);
    }

    /// <summary>Trap 27: of two that read the same outbox, one writes.</summary>
    [Fact]
    [Rule(2)]
    public async Task TwoClaimersAtTheSameTime_OneTransactionIsMade()
    {
        SimulatedGateway first = await StartAsync();
        await PayAsync(first, 1, 300);
        SimulatedGateway second = await StartAsync();
        Task<ClaimRound>? other = null;
        _chain.OnRequest = what =>
        {
            if (what == "estimate" && other is null)
            {
                _chain.OnRequest = _ => { }; // the requests of the other one begin nothing
                other = second.RoundAsync(s_rules).AsTask();
            }
        };
        await Assert.ThrowsAsync<OutboxMovedException>(async () => await first.RoundAsync(s_rules));
        Assert.Single((await other!).Outbox.Batches);
        _chain.Mine(66);
        Assert.Empty((await first.RoundAsync(s_rules)).Outbox.Batches);
        Assert.Equal(["sent 0: 1", "finished 0: Paid 1 300"], _events.Lines);
    }

    [Fact]
    public async Task Age_ClaimsEverythingOnceInItsTime()
    {
        ClaimRules rules = s_rules with { MinValue = null, MaxAge = TimeSpan.FromDays(1), BatchSize = 2 };
        SimulatedGateway gateway = await StartAsync();
        foreach (ulong id in (ulong[])[1, 2, 3])
        {
            await PayAsync(gateway, id, id);
        }

        Assert.Empty((await gateway.RoundAsync(rules)).Outbox.Batches); // the time begins
        _time.Advance(TimeSpan.FromDays(1));
        ClaimRound round = await gateway.RoundAsync(rules);
        Assert.Equal([(1UL, 1UL), (2UL, 2UL)], Entries(round.Outbox.Batches[0]));
        Assert.Equal([(3UL, 3UL)], Entries(round.Outbox.Batches[1]));
        Assert.Equal(_time.GetUtcNow(), round.Outbox.SweptAt);
        _chain.Mine(66);
        await PayAsync(gateway, 1, 7);
        Assert.Empty((await gateway.RoundAsync(rules)).Outbox.Batches);
    }

    private static (ulong, ulong)[] Entries(ClaimBatch batch) =>
        [.. batch.Entries.Select(entry => (entry.Channel.Value.ToUInt64Saturating(), entry.Payable.ToUInt64Saturating()))];

    private static async Task PayAsync(SimulatedGateway gateway, ulong id, ulong price) =>
        Assert.Null(await gateway.PayAsync(PaymentRig.Id(id), PaymentRig.Sender, price));

    private async Task<ulong> FeeAsync(SimulatedGateway gateway) =>
        (await new OutboxStore(_store).ReadAsync(gateway.Autopilot.Payee, CancellationToken.None)).Batches[0].Newest.Fees.MaxFee;

    private Task<SimulatedGateway> StartAsync() =>
        SimulatedGateway.StartAsync(_chain, _store, PaymentRig.Group, PaymentRig.Escrow, _time, _events);
}
