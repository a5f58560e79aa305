using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>A gateway before one service, and consumers with channels of the real contract. The ledger is a real file.</summary>
internal sealed class CrashMarket : IAsyncDisposable
{
    public const ulong Price = 10;
    private const ulong ChannelValue = 1_000_000_000;

    private readonly ExampleServiceProcess _service;
    private readonly ExampleServiceProcess _models;
    private readonly LedgerScope _scope;

    private CrashMarket(
        ExampleServiceProcess service, ExampleServiceProcess models, GatewayProcess gateway, LedgerScope scope,
        RecordingConsumer[] consumers, CounterPayers others)
    {
        _service = service;
        _models = models;
        Others = others;
        _scope = scope;
        Gateway = gateway;
        Consumers = consumers;
    }

    public GatewayProcess Gateway { get; }

    /// <summary>Where consumers call, in each life of the gateway.</summary>
    public Uri Address => new($"http://{Gateway.Endpoint}");

    public IReadOnlyList<RecordingConsumer> Consumers { get; }

    /// <summary>Consumers that pay in other ways.</summary>
    public CounterPayers Others { get; }

    public static async Task<CrashMarket> StartAsync(DevChain chain, int channels)
    {
        var key = PrivateKey.Parse(chain.State.Accounts["signer"].PrivateKey);
        var escrow = SnetGateway.Payments.Values.Address.Parse(chain.State.MultiPartyEscrow.ToLowerInvariant());
        var ids = new List<ChannelId>();
        for (int i = 0; i < channels; i++)
        {
            ids.Add(new ChannelId((ulong)(await chain.OpenChannelAsync(ChannelValue)).Id));
        }

        ChannelId[] others = await CounterPayers.OpenChannelsAsync(chain);
        ulong block = await chain.GetBlockNumberAsync();
        ExampleServiceProcess service = await ExampleServiceProcess.StartAsync(ExampleLanguage.CSharp);
        ExampleServiceProcess models = await ExampleServiceProcess.StartModelsAsync();
        try
        {
            GatewayProcess gateway = await GatewayProcess.StartAsync(new GatewaySettings(
                chain.State, CounterPayers.Services("echo", service.Address, Price))
            {
                HasCrashPoints = true, Options = CounterPayers.ServiceOptions("echo", models.Address),
            });
            return new CrashMarket(
                service,
                models,
                gateway,
                new LedgerScope(chain.State.ChainId, escrow),
                [.. ids.Select(id => new RecordingConsumer(key, escrow, id, Price, block))],
                new CounterPayers(chain.State, others, "echo", Price, block, [new Uri($"http://{gateway.Endpoint}")], new Random(1)));
        }
        catch
        {
            await models.DisposeAsync();
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>The ledger as it now is, beside the gateway that may own it.</summary>
    public IRecordStore OpenLedger() => SqliteRecordStore.OpenReadOnly(Path.Combine(Gateway.Folder, "ledger.db"), _scope);

    /// <summary>Each channel's record must hold at least what its consumer was granted before this call.</summary>
    public async Task CheckRecordsAsync()
    {
        await using IRecordStore ledger = OpenLedger();
        foreach (RecordingConsumer consumer in Consumers)
        {
            ulong granted = consumer.HighestGranted;
            if (granted > 0)
            {
                ChannelRecord? record = await new LedgerHistory(ledger).ChannelAsync(consumer.Channel, CancellationToken.None);
                Assert.True(record?.Amount >= granted, $"Channel {consumer.Channel} was granted {granted} cogs, and its record says "
                    + $"{record?.Amount.ToString() ?? "nothing"}.");
            }
        }

        await Others.CheckAsync(ledger);
    }

    /// <summary>Every granted amount must be in the journal. Gives how many payments were charged without a byte delivered.</summary>
    public async Task<int> CheckJournalsAsync()
    {
        int undelivered = 0;
        await using IRecordStore ledger = OpenLedger();
        foreach (RecordingConsumer consumer in Consumers)
        {
            var journalled = new HashSet<UInt256>();
            var story = new LedgerHistory(ledger);
            if (await story.ChannelAsync(consumer.Channel, CancellationToken.None) is not { } record)
            {
                Assert.Empty(consumer.Granted);
                continue;
            }

            await foreach (JournalEntry entry in story.EntriesAsync(record, CancellationToken.None))
            {
                Assert.True(journalled.Add(entry.Amount), $"Channel {consumer.Channel} was charged twice for {entry.Amount}.");
            }

            ulong[] granted = consumer.Granted;
            Assert.All(granted, amount => Assert.Contains(UInt256.FromUInt64(amount), journalled));
            undelivered += journalled.Count - granted.Length;
        }

        return undelivered;
    }

    /// <summary>The operator's own check.</summary>
    public async Task VerifyAsync()
    {
        CommandResult verified = await Gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        Others.Dispose();
        foreach (RecordingConsumer consumer in Consumers)
        {
            consumer.Dispose();
        }

        try
        {
            await Gateway.DisposeAsync();
        }
        finally
        {
            await _models.DisposeAsync();
            await _service.DisposeAsync();
        }
    }
}
