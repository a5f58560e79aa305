using System.Numerics;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Crashes;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>
/// Gateways of one group on one shared store, before one service, with consumers whose channels are of the real contract.
/// </summary>
internal sealed class ReplicaMarket : IAsyncDisposable
{
    public const ulong Price = 10;
    private const ulong ChannelValue = 1_000_000_000;

    private readonly DevChain _chain;
    private readonly ExampleServiceProcess _service;
    private readonly ExampleServiceProcess _models;
    private readonly LedgerScope _scope;

    private ReplicaMarket(
        DevChain chain, ExampleServiceProcess service, ExampleServiceProcess models, ReplicaStore store, GatewayProcess[] gateways,
        LedgerScope scope, ReplicaConsumer[] consumers, CounterPayers others)
    {
        (_chain, _service, _models, Store) = (chain, service, models, store);
        (Gateways, _scope, Consumers, Others) = (gateways, scope, consumers, others);
    }

    /// <summary>Consumers that pay in other ways, where the test has them pay.</summary>
    public CounterPayers Others { get; }

    public ReplicaStore Store { get; }

    public IReadOnlyList<GatewayProcess> Gateways { get; }

    public IReadOnlyList<ReplicaConsumer> Consumers { get; }

    /// <param name="chain">The local chain.</param>
    /// <param name="store">What the gateways share; its end comes with the market's.</param>
    /// <param name="replicas">How many gateways.</param>
    /// <param name="channels">How many consumers, each with one.</param>
    /// <param name="seed">Of the consumers' choices.</param>
    /// <param name="options">The gateways' options beside those of the store.</param>
    /// <param name="pause">How long each consumer thinks between two payments.</param>
    /// <param name="balancer">Where consumers call instead of the gateways themselves.</param>
    public static async Task<ReplicaMarket> StartAsync(
        DevChain chain, ReplicaStore store, int replicas, int channels, int seed,
        IReadOnlyDictionary<string, string>? options = null, TimeSpan pause = default,
        Func<IReadOnlyList<GatewayProcess>, Task<Uri>>? balancer = null)
    {
        var key = PrivateKey.Parse(chain.State.Accounts["signer"].PrivateKey);
        var escrow = Address.Parse(chain.State.MultiPartyEscrow.ToLowerInvariant());
        var ids = new List<ChannelId>();
        for (int i = 0; i < channels; i++)
        {
            ids.Add(new ChannelId((ulong)(await chain.OpenChannelAsync(ChannelValue)).Id));
        }

        ChannelId[] others = await CounterPayers.OpenChannelsAsync(chain);
        ulong block = await chain.GetBlockNumberAsync();
        ExampleServiceProcess service = await ExampleServiceProcess.StartAsync(ExampleLanguage.CSharp);
        ExampleServiceProcess models = await ExampleServiceProcess.StartModelsAsync();
        var gateways = new List<GatewayProcess>();
        try
        {
            var settings = new GatewaySettings(chain.State, CounterPayers.Services("echo", service.Address, Price))
            {
                HasCrashPoints = true,
                Options = new Dictionary<string, string>(
                [
                    .. store.GatewayOptions, .. CounterPayers.ServiceOptions("echo", models.Address),
                    .. options ?? new Dictionary<string, string>(),
                ]),
            };
            for (int i = 0; i < replicas; i++)
            {
                gateways.Add(await GatewayProcess.StartAsync(settings));
                gateways[i].ExpectErrors(store.Troubles);
            }

            Uri[] addresses = balancer is null
                ? [.. gateways.Select(gateway => new Uri($"http://{gateway.Endpoint}"))]
                : [await balancer(gateways)];
            return new ReplicaMarket(
                chain, service, models, store, [.. gateways], new LedgerScope(chain.State.ChainId, escrow),
                [.. ids.Select((id, i) => new ReplicaConsumer(key, escrow, id, Price, block, addresses, new Random(seed + i))
                {
                    Patience = TimeSpan.FromSeconds(balancer is null ? 3 : 20), // with one address there is no elsewhere to go
                    Pause = pause,
                })],
                new CounterPayers(chain.State, others, "echo", Price, block, addresses, new Random(seed)));
        }
        catch
        {
            foreach (GatewayProcess gateway in gateways)
            {
                await gateway.DisposeAsync();
            }

            await models.DisposeAsync();
            await service.DisposeAsync();
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Each channel's record must hold at least what its consumer was granted before this call.</summary>
    public async Task CheckRecordsAsync()
    {
        await using IRecordStore records = Store.OpenToRead(_scope);
        var story = new LedgerHistory(records);
        foreach (ReplicaConsumer consumer in Consumers)
        {
            ulong granted = consumer.HighestGranted;
            ChannelRecord? record = await story.ChannelAsync(consumer.Channel, CancellationToken.None);
            Assert.True(
                granted == 0 || record?.Amount >= granted,
                $"Channel {consumer.Channel} was granted {granted} cogs, and its record says {record?.Amount.ToString() ?? "nothing"}.");
        }

        await Others.CheckAsync(records);
    }

    /// <summary>The cogs that all records of channels hold together.</summary>
    public async Task<BigInteger> SumAsync()
    {
        BigInteger sum = 0;
        await using IRecordStore records = Store.OpenToRead(_scope);
        var story = new LedgerHistory(records);
        foreach (ReplicaConsumer consumer in Consumers)
        {
            ChannelRecord? record = await story.ChannelAsync(consumer.Channel, CancellationToken.None);
            sum += BigInteger.Parse(record?.Amount.ToString() ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        }

        return sum;
    }

    /// <summary>When no call runs: each counter holds what its consumer was granted, and what may have been charged beside.</summary>
    public async Task<string> CheckCountersAsync()
    {
        await using IRecordStore records = Store.OpenToRead(_scope);
        return await Others.CheckAllAsync(records);
    }

    /// <summary>The operator's own check, over the journals of all replicas.</summary>
    public async Task VerifyAsync()
    {
        // who settled nothing has none
        IEnumerable<string> journals = Gateways.Select(gateway => Path.Combine(gateway.Folder, "data", "journal")).Where(Directory.Exists);
        CommandResult verified =
            await Gateways[0].RunCommandAsync(["ledger", "verify", .. journals.SelectMany(journal => new[] { "--journal", journal })]);
        Assert.True(verified.ExitCode == 0, verified.ToString());
    }

    /// <summary>What the ledger says was sold, the contract pays, to the last cog. Gives the sum.</summary>
    public async Task<BigInteger> ClaimAllAsync()
    {
        BigInteger sum = 0;
        await using IRecordStore records = Store.OpenToRead(_scope);
        var story = new LedgerHistory(records);
        foreach (ReplicaConsumer consumer in Consumers)
        {
            ChannelRecord record = (await story.ChannelAsync(consumer.Channel, CancellationToken.None))!;
            var amount = BigInteger.Parse(record.Amount.ToString(), System.Globalization.CultureInfo.InvariantCulture);
            var id = BigInteger.Parse(consumer.Channel.ToString(), System.Globalization.CultureInfo.InvariantCulture);
            await _chain.ClaimAsync(id, amount, "0x" + Convert.ToHexStringLower(record.Signature.Span));
            Assert.Equal(ChannelValue - amount, (await _chain.GetChannelAsync(id)).Value);
            sum += amount;
        }

        return sum;
    }

    public async ValueTask DisposeAsync()
    {
        Others.Dispose();
        foreach (ReplicaConsumer consumer in Consumers)
        {
            consumer.Dispose();
        }

        try
        {
            foreach (GatewayProcess gateway in Gateways)
            {
                await gateway.DisposeAsync();
            }
        }
        finally
        {
            await _models.DisposeAsync();
            await _service.DisposeAsync();
            await Store.DisposeAsync();
        }
    }
}
