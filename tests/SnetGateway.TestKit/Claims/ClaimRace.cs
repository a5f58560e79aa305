using System.Globalization;
using System.Numerics;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;
using SnetGateway.TestKit.Stores;

namespace SnetGateway.TestKit.Claims;

/// <summary>
/// Two claimers race for the same few channels while their consumers pay: a gateway's autopilot and a tool of the provider by the control
/// service, and the autopilots of two replicas of a shared store. Throws <see cref="StoreConformanceException"/> when a claim is empty, a
/// nonce is claimed twice, or what the contract paid is not what was signed and what was recorded. To be run by <see cref="RandomTurns"/>.
/// </summary>
public sealed class ClaimRace
{
    private const int Channels = 4;
    private const ulong Gwei = 1_000_000_000;
    private const ulong Funds = 10_000_000;
    private static readonly Address s_escrow = Address.Parse("0x5e592f9b1d303183d963635f895f0f0c48284f4e");
    private static readonly Address s_sender = Address.Parse("0x1000000000000000000000000000000000000001");

    private static readonly PaymentGroup s_group = new(
        "org", "default_group", new Bytes32(new byte[Bytes32.Size]), Address.Parse("0x3000000000000000000000000000000000000003"), 100);

    private static readonly ClaimRules s_rules = new()
    {
        MinValue = UInt256.One, ExpiryBlocks = 600, MaxFee = 100 * Gwei, UrgentMaxFee = 100 * Gwei,
    };

    private readonly TestTimeProvider _time = new();
    private readonly Random _random;
    private readonly SimulatedChain _chain;
    private readonly IReadOnlyList<IRecordStore> _stores;
    private readonly List<SimulatedGateway> _gateways = [];
    private readonly RecordingClaimEvents _events = new();
    private readonly Dictionary<ChannelId, long> _paid = [];
    private int _payments;

    /// <param name="stores">One connection to the ledger for each gateway. With one only the tool races with its autopilot.</param>
    /// <param name="random">Decides everything but the turns of threads.</param>
    public ClaimRace(IReadOnlyList<IRecordStore> stores, Random random)
    {
        _random = random;
        _chain = new SimulatedChain(s_escrow, s_group, _time) { Pause = async () => await Task.Yield() };
        _stores = [.. stores.Select(store => new YieldingStore(store))];
    }

    /// <summary>What happened to transactions.</summary>
    public IReadOnlyCollection<string> Events => _events.Lines;

    /// <summary>Rounds of an autopilot that ended because another one had written the outbox.</summary>
    public int OutboxesLost { get; private set; }

    /// <summary>Claims that the tool could not start, because an autopilot had, or eight of the channel were not final.</summary>
    public int StartsLost { get; private set; }

    /// <summary>Claims that the tool sent and the contract refused, because it had paid them to the autopilot.</summary>
    public int ToolRefused { get; private set; }

    /// <summary>Transactions of autopilots that the contract refused, because it had paid one of their claims to the tool.</summary>
    public int TransactionsRefused { get; private set; }

    /// <summary>How often everything waited for the clock.</summary>
    public int Waits { get; private set; }

    /// <summary>Moves the clock to the next timer.</summary>
    public void PassTime()
    {
        Waits++;
        _time.AdvanceToTimer(TimeSpan.FromHours(1));
    }

    /// <summary>Runs so many rounds, lets everything be claimed, and checks it.</summary>
    /// <returns>One line that says what was done.</returns>
    public async Task<string> RunAsync(int rounds)
    {
        for (ulong id = 1; id <= Channels; id++)
        {
            _chain.Open(new ChannelId(id), s_sender, Funds, 10_000_000);
        }

        _chain.Mine(100);
        foreach (IRecordStore store in _stores)
        {
            SimulatedGateway gateway = await SimulatedGateway.StartAsync(_chain, store, s_group, s_escrow, _time, _events);
            for (ulong id = 1; id <= Channels; id++)
            {
                gateway.Book.Learn(_chain.Find(new ChannelId(id))!);
            }

            _gateways.Add(gateway);
        }

        for (int round = 0; round < rounds; round++)
        {
            await RoundAsync(usesTool: _gateways.Count == 1 || round % 2 == 0);
        }

        for (int round = 0; round < 1_000 && !await IsEverythingClaimedAsync(); round++)
        {
            Mine(10);
            foreach (SimulatedGateway gateway in _gateways)
            {
                await ClaimAsync(gateway);
            }
        }

        return Check(rounds);
    }

    /// <summary>All at the same time, and one block of it.</summary>
    private async Task RoundAsync(bool usesTool)
    {
        SimulatedGateway one = _gateways[_random.Next(_gateways.Count)], other = _gateways[_random.Next(_gateways.Count)];
        if (!usesTool && one == other)
        {
            other = _gateways.First(gateway => gateway != one);
        }

        await Task.WhenAll(
            LaterAsync(() => PayAsync(one)), LaterAsync(() => PayAsync(one)), LaterAsync(() => PayAsync(other)),
            LaterAsync(() => PayAsync(other)),
            LaterAsync(() => ClaimAsync(one)),
            LaterAsync(() => usesTool ? UseToolAsync(other) : ClaimAsync(other)),
            LaterAsync(() =>
            {
                Mine(1);
                return Task.CompletedTask;
            }));

        // Another gateway may claim after a minute. Eight claims of a channel may be not final, which 64 blocks later they are.
        Mine(_random.Next(6, 16));
    }

    private async Task LaterAsync(Func<Task> act)
    {
        for (int turns = _random.Next(12); turns > 0; turns--)
        {
            await Task.Yield();
        }

        await act();
    }

    private async Task PayAsync(SimulatedGateway gateway)
    {
        var id = new ChannelId((ulong)_random.Next(1, Channels + 1));
        int price = _random.Next(1, 400);
        if (await gateway.PayAsync(id, s_sender, (ulong)price) is null) // otherwise it lost to another call or to a claim
        {
            _payments++;
            _paid[id] = _paid.GetValueOrDefault(id) + price;
        }
    }

    private async Task ClaimAsync(SimulatedGateway gateway)
    {
        try
        {
            await gateway.RoundAsync(s_rules);
        }
        catch (OutboxMovedException)
        {
            OutboxesLost++;
        }
    }

    /// <summary>Starts claims by the control service, or repeats those in progress, and sends them to the contract.</summary>
    private async Task UseToolAsync(SimulatedGateway gateway)
    {
        await gateway.Parts.Sync.LoadAsync(CancellationToken.None); // in place of the feed
        ulong block = _chain.Head.Number;
        ClaimLists lists = gateway.Parts.ClaimLists;
        if (_random.Next(4) == 0)
        {
            Send(await lists.InProgressAsync(Request(ClaimMessages.ListInProgress(s_escrow, block)), block, CancellationToken.None));
            return;
        }

        ClaimReply listed = await lists.UnclaimedAsync(
            Request(ClaimMessages.ListUnclaimed(s_escrow, block)), block, CancellationToken.None);
        Require(listed.Refusal is null, $"the list was refused: {listed.Refusal}");
        if (_random.Next(2) == 0)
        {
            ulong[] ids = [.. listed.Payments.Select(payment => payment.Channel.Value.ToUInt64Saturating())];
            Send(await gateway.Parts.ClaimStarts.StartAllAsync(
                ids, block, Request(ClaimMessages.StartAll(s_escrow, ids, block)), CancellationToken.None));
            return;
        }

        foreach (ClaimablePayment payment in listed.Payments)
        {
            byte[] message = ClaimMessages.Start(s_escrow, payment.Channel, payment.Nonce);
            Send(await gateway.Parts.ClaimStarts.StartAsync(payment.Channel, Request(message), CancellationToken.None));
        }
    }

    private void Send(ClaimReply reply)
    {
        StartsLost += reply.Refusal is null ? 0 : 1;
        foreach (ClaimablePayment payment in reply.Payments)
        {
            Require(!payment.Amount.IsZero, $"the tool got an empty claim of channel {payment.Channel}");
            var claim = new ContractClaim(payment.Channel, payment.Nonce, payment.Amount, payment.Amount, payment.Signature);
            ToolRefused += _chain.TryClaim(claim) ? 0 : 1;
        }
    }

    private static ClaimRequest Request(byte[] message) =>
        new(s_escrow.ToString(), FakeSigners.Sign(s_group.Recipient, message), new ClientNetwork(1));

    private void Mine(int blocks)
    {
        _time.Advance(blocks * TimeSpan.FromSeconds(12));
        _chain.Mine(blocks);
    }

    private async Task<bool> IsEverythingClaimedAsync()
    {
        ClaimOutbox outbox = await new OutboxStore(_stores[0]).ReadAsync(s_group.Recipient, CancellationToken.None);
        return outbox.Batches.Count == 0
            && _gateways.All(gateway => gateway.Book.All.All(channel => UnclaimedFunds.Of(channel).IsZero));
    }

    private string Check(int rounds)
    {
        Require(_chain.Waiting == 0, "a transaction waits at the end");
        (Bytes32 Hash, ClaimTransaction Transaction, ClaimReceipt Receipt)[] mined = [.. _chain.Mined];
        ClaimEvent[] byAutopilots = [.. mined.SelectMany(one => one.Receipt.Claims)];
        ClaimEvent[] claims = [.. byAutopilots, .. _chain.ClaimedByTools];
        CheckRefused(mined);

        // A claim that is started is one nonce's total in the ledger.
        string[] started = [.. _gateways.SelectMany(gateway => gateway.Events.Lines)
            .Where(line => line.StartsWith("claim-started ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        string[] paid = [.. claims.Select(claim => $"claim-started {claim.Channel} {Before(claim)} {claim.Amount}")
            .Order(StringComparer.Ordinal)];
        Require(
            started.SequenceEqual(paid),
            $"not paid: {string.Join(", ", started.Except(paid))}; not started: {string.Join(", ", paid.Except(started))}");
        BigInteger all = BigInteger.Zero;
        foreach (IGrouping<ChannelId, ClaimEvent> channel in claims.GroupBy(claim => claim.Channel))
        {
            ulong[] nonces = [.. channel.Select(claim => claim.NewNonce.Value.ToUInt64Saturating()).Order()];
            Require(
                nonces.SequenceEqual(Enumerable.Range(1, nonces.Length).Select(nonce => (ulong)nonce)),
                $"channel {channel.Key} has a nonce that was claimed twice or never: {string.Join(' ', nonces)}");
            Require(channel.All(claim => !claim.Amount.IsZero), $"a claim of channel {channel.Key} is empty");
            BigInteger claimed = channel.Aggregate(BigInteger.Zero, (sum, claim) => sum + claim.Amount.ToBigInteger());
            long signed = _paid.GetValueOrDefault(channel.Key);
            Require(claimed == signed, $"channel {channel.Key} paid {signed} cogs, and {claimed} were claimed: {Describe(channel.Key)}");
            Require(
                _chain.Find(channel.Key)!.Value.ToBigInteger() == Funds - claimed, $"channel {channel.Key} does not hold what is left");
            all += claimed;
        }

        Require(all == _paid.Values.Sum(), "a channel was paid with and never claimed");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds} rounds: {_payments} calls paid {all} cogs, claimed by autopilots {byAutopilots.Length} times in {mined.Length} "
                + $"transactions and by the tool {claims.Length - byAutopilots.Length} times; lost: {OutboxesLost} outboxes, {StartsLost} "
                + $"starts, {ToolRefused} claims of the tool and {TransactionsRefused} transactions at the contract");
    }

    /// <summary>The contract refuses a transaction of an autopilot only where the tool was faster with one of its claims.</summary>
    private void CheckRefused(IEnumerable<(Bytes32 Hash, ClaimTransaction Transaction, ClaimReceipt Receipt)> mined)
    {
        HashSet<(ChannelId, ChannelNonce)> byTool = [.. _chain.ClaimedByTools.Select(claim => (claim.Channel, Before(claim)))];
        foreach ((Bytes32 hash, ClaimTransaction transaction, ClaimReceipt receipt) in mined)
        {
            Require(transaction.Claims.All(claim => !claim.Payable.IsZero), $"transaction {hash} has an empty claim");
            if (!receipt.Succeeded)
            {
                TransactionsRefused++;
                Require(
                    transaction.Claims.Any(claim => byTool.Contains((claim.Channel, claim.Nonce))),
                    $"the contract refused transaction {hash}, although no tool claimed for it");
            }
        }
    }

    private string Describe(ChannelId id) => $"the chain {_chain.Find(id)}; " + string.Join("; ", _gateways.Select(gateway =>
        gateway.Book.Find(id) is { } channel
            ? $"chain {channel.Chain?.Nonce} {channel.Chain?.Freshness} {channel.Chain?.Reading}, record {channel.Record?.Nonce} "
                + $"{channel.Record?.Amount}, started {string.Join(' ', channel.Record?.Earlier ?? [])}"
            : "not known"));

    private static ChannelNonce Before(ClaimEvent claim) => new(claim.NewNonce.Value.SaturatingSubtract(UInt256.One));

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new StoreConformanceException(problem);
        }
    }
}
