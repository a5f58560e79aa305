using System.Globalization;
using System.Numerics;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Stores;

namespace SnetGateway.TestKit.Claims;

/// <summary>
/// Gateways that claim on a simulated chain, block by block, while consumers pay: with peaks of the gas price, reorganisations, nodes that
/// fail or forget, and gateways that are killed at any write and any request. Throws <see cref="StoreConformanceException"/> when a cog is
/// lost or claimed twice, a claim comes too late, or something is left in the outbox.
/// </summary>
public sealed class ClaimSimulation
{
    private const int Channels = 80;
    private const ulong Threshold = 100;
    private const ulong Gwei = 1_000_000_000;
    private static readonly Address s_escrow = Address.Parse("0x5e592f9b1d303183d963635f895f0f0c48284f4e");
    private static readonly Address s_sender = Address.Parse("0x1000000000000000000000000000000000000001");

    private static readonly PaymentGroup s_group = new(
        "org", "default_group", new Bytes32(new byte[Bytes32.Size]), Address.Parse("0x3000000000000000000000000000000000000003"),
        Threshold);

    private static readonly ClaimRules s_rules = new()
    {
        MinValue = 2_000, ExpiryBlocks = 600, MaxFee = 40 * Gwei, UrgentMaxFee = 1_000 * Gwei, MaxAge = TimeSpan.FromHours(8),
    };

    private readonly TestTimeProvider _time = new() { JumpsToTimers = true };
    private readonly Random _random;
    private readonly SimulatedChain _chain;
    private readonly IReadOnlyList<IRecordStore> _stores;
    private readonly SimulatedGateway?[] _gateways;
    private readonly RecordingClaimEvents _events = new();
    private readonly Dictionary<ChannelId, UInt256> _opened = [];
    private readonly Dictionary<ChannelId, long> _paid = [];
    private readonly Dictionary<ChannelId, long> _perhaps = [];
    private int _pointsToKill = int.MaxValue;
    private bool _isKilled;
    private int _failingBlocks;
    private int _peakBlocks;

    /// <param name="stores">One connection to the ledger for each gateway.</param>
    /// <param name="seed">Decides everything.</param>
    public ClaimSimulation(IReadOnlyList<IRecordStore> stores, int seed)
    {
        _random = new Random(seed);
        _chain = new SimulatedChain(s_escrow, s_group, _time) { OnRequest = Request };
        _stores = [.. stores.Select(store => new InterceptedStore(store, _ => Point()))];
        _gateways = new SimulatedGateway?[stores.Count];
    }

    /// <summary>Gateways that were killed.</summary>
    public int Kills { get; private set; }

    /// <summary>Reorganisations.</summary>
    public int Reorganisations { get; private set; }

    /// <summary>What happened to transactions.</summary>
    public IReadOnlyCollection<string> Events => _events.Lines;

    /// <summary>Runs so many blocks with so many kills, then lets everything be claimed, and checks it.</summary>
    /// <returns>One line that says what was done.</returns>
    public async Task<string> RunAsync(int blocks, int kills)
    {
        for (ulong id = 1; id <= Channels; id++)
        {
            Open(new ChannelId(id));
        }

        _chain.Mine();
        ulong next = Channels + 1;
        for (int block = 0; block < blocks; block++)
        {
            // The last one comes early enough to happen.
            if (_pointsToKill == int.MaxValue && Kills < Math.Min(kills, kills * (block + 1L) * 20 / (blocks * 19L)))
            {
                _pointsToKill = _random.Next(1, 40);
            }

            await BlockAsync(isQuiet: false, s_rules);
            if (block % 25 == 0)
            {
                Open(new ChannelId(next++)); // others expire
            }
        }

        _pointsToKill = int.MaxValue;
        (_failingBlocks, _peakBlocks) = (0, 0);
        for (int block = 0; block < 1_000 && !await IsEverythingClaimedAsync(); block++)
        {
            await BlockAsync(isQuiet: true, s_rules with { MinValue = 1 });
        }

        return await CheckAsync();
    }

    private async Task BlockAsync(bool isQuiet, ClaimRules rules)
    {
        _time.Advance(TimeSpan.FromSeconds(12));
        Weather(isQuiet);
        _chain.Mine();
        for (int i = 0; i < _gateways.Length; i++)
        {
            for (int payments = isQuiet ? 0 : _random.Next(3); payments > 0; payments--)
            {
                await LiveAsync(i, gateway => PayAsync(gateway));
            }

            await LiveAsync(i, async gateway => await gateway.RoundAsync(rules));
        }

        CheckExpiries();
    }

    /// <summary>What happens around the gateways.</summary>
    private void Weather(bool isQuiet)
    {
        if (!isQuiet && _random.Next(150) == 0)
        {
            _peakBlocks = _random.Next(5, 80);
        }

        if (!isQuiet && _random.Next(100) == 0)
        {
            _failingBlocks = _random.Next(1, 20);
        }

        _chain.BaseFee = (ulong)(_peakBlocks-- > 0 ? _random.Next(60, 400) : _random.Next(5, 25)) * Gwei;
        _failingBlocks--;
        if (!isQuiet && _random.Next(80) == 0 && _chain.Head.Number > 100)
        {
            Reorganisations++;
            _chain.Reorganise(_random.Next(1, 21), forgets: _random.Next(3) == 0);
        }

        if (!isQuiet && _random.Next(60) == 0)
        {
            _chain.ForgetWaiting();
        }
    }

    private async Task PayAsync(SimulatedGateway gateway)
    {
        ChannelId[] open = [.. _opened.Keys.Where(id => _chain.Find(id) is { } one && one.Expiration > _chain.Head.Number + Threshold + 5)];
        if (open.Length == 0)
        {
            return;
        }

        // Refusals, such as a race that was lost or too few funds, are a consumer's daily life. After a kill the consumer does not know.
        ChannelId id = open[_random.Next(open.Length)];
        int price = _random.Next(1, 400);
        _perhaps[id] = _perhaps.GetValueOrDefault(id) + price;
        _isKilled = false;
        bool isPaid = await gateway.PayAsync(id, s_sender, (UInt256)(ulong)price) is null;
        if (_isKilled)
        {
            throw new KilledException(); // a settle makes a refusal of every exception
        }

        _perhaps[id] -= price;
        _paid[id] = _paid.GetValueOrDefault(id) + (isPaid ? price : 0);
    }

    /// <summary>Has a gateway do something; one that was killed is started again.</summary>
    private async Task LiveAsync(int index, Func<SimulatedGateway, Task> act)
    {
        try
        {
            _gateways[index] ??= await SimulatedGateway.StartAsync(_chain, _stores[index], s_group, s_escrow, _time, _events);
            await act(_gateways[index]!);
        }
        catch (KilledException)
        {
            Kills++;
            _gateways[index] = null;
        }
        catch (Exception exception) when (exception is ClaimChainException or OutboxMovedException)
        {
            // The round ends, and the next one continues.
        }
    }

    private void Request(string what)
    {
        Point();
        if (_failingBlocks > 0 && _random.Next(3) == 0)
        {
            throw new ClaimChainException($"no response to {what}");
        }
    }

    private void Point()
    {
        if (_pointsToKill != int.MaxValue && --_pointsToKill == 0)
        {
            _pointsToKill = int.MaxValue;
            _isKilled = true;
            throw new KilledException();
        }
    }

    private void Open(ChannelId id)
    {
        _opened[id] = (UInt256)(ulong)_random.Next(2_000, 40_000);
        _chain.Open(id, s_sender, _opened[id], _chain.Head.Number + (ulong)_random.Next(1_000, 4_000));
    }

    /// <summary>The sender of an expired channel could take back what is signed and not paid.</summary>
    private void CheckExpiries()
    {
        foreach (Channel channel in _gateways.FirstOrDefault(gateway => gateway is not null)?.Book.All ?? [])
        {
            if (_chain.Find(channel.Id) is { } reading && reading.Expiration <= _chain.Head.Number && channel.Chain?.Nonce == reading.Nonce
                && !UnclaimedFunds.Of(channel).IsZero)
            {
                throw new StoreConformanceException(
                    $"channel {channel.Id} has expired at {reading.Expiration}, and {UnclaimedFunds.Of(channel)} cogs were not claimed");
            }
        }
    }

    private async Task<bool> IsEverythingClaimedAsync()
    {
        ClaimOutbox outbox = await new OutboxStore(_stores[0]).ReadAsync(s_group.Recipient, CancellationToken.None);
        return outbox.Batches.Count == 0 && _gateways[0]?.Book.All.All(channel => UnclaimedFunds.Of(channel).IsZero) == true;
    }

    private async Task<string> CheckAsync()
    {
        ClaimOutbox outbox = await new OutboxStore(_stores[0]).ReadAsync(s_group.Recipient, CancellationToken.None);
        Require(outbox.Batches.Count == 0, "the outbox is not empty at the end");
        Require(_chain.Waiting == 0, "a transaction waits at the end");
        (Bytes32 Hash, ClaimTransaction Transaction, ClaimReceipt Receipt)[] mined = [.. _chain.Mined];
        Require(
            mined.Select(one => one.Transaction.AccountNonce).Order()
                .SequenceEqual(Enumerable.Range(0, mined.Length).Select(i => (ulong)i)),
            "the account nonces of the transactions have a gap, or one twice");
        ClaimEvent[] claims = [.. mined.SelectMany(one => one.Receipt.Claims)];
        Require(claims.DistinctBy(claim => (claim.Channel, claim.NewNonce)).Count() == claims.Length, "a nonce was claimed twice");
        BigInteger all = BigInteger.Zero;
        foreach ((ChannelId id, UInt256 opened) in _opened)
        {
            BigInteger claimed = claims.Where(claim => claim.Channel == id)
                .Aggregate(BigInteger.Zero, (sum, claim) => sum + claim.Amount.ToBigInteger());
            var left = _chain.Find(id)!.Value.ToBigInteger();
            long paid = _paid.GetValueOrDefault(id), perhaps = _perhaps.GetValueOrDefault(id);
            Require(
                claimed >= paid && claimed <= paid + perhaps,
                $"channel {id} paid {paid} cogs, and perhaps {perhaps} more in calls that were killed; {claimed} were claimed");
            Require(opened.ToBigInteger() - claimed == left, $"channel {id} holds {left} cogs");
            all += claimed;
        }

        (ulong gas, int count) = mined.Where(one => one.Receipt.Claims.Count >= 20).Aggregate(
            (0UL, 0), (sum, one) => (sum.Item1 + one.Receipt.GasUsed, sum.Item2 + one.Receipt.Claims.Count));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_chain.Head.Number} blocks, {Reorganisations} reorganisations, {Kills} kills: {claims.Length} claims of {all} cogs in "
                + $"{mined.Length} transactions, {mined.Count(one => one.Receipt.Claims.Count == 0)} of them without a claim; "
                + $"{(count == 0 ? 0 : gas / (ulong)count)} gas a claim in those of 20 or more");
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new StoreConformanceException(problem);
        }
    }

    /// <summary>The gateway dies here.</summary>
    private sealed class KilledException() : Exception("killed");
}
