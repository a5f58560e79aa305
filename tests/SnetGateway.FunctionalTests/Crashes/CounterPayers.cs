using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>
/// The consumers of a campaign that pay by prepaid tokens, free calls, parallel vouchers, metered prices and train-calls, beside those that
/// pay call by call.
/// </summary>
internal sealed class CounterPayers : IDisposable
{
    private const int Prepaid = 3;
    private const int Vouchers = 2; // and as many consumers that show each voucher twice
    private const int Metered = 2;
    private const int Training = 1;
    private const ulong ChannelValue = 1_000_000_000;
    private const string SecretFile = "secret";
    private const string KeyFile = "key";

    private static readonly string[] s_users = ["consumer", "consumer2"];

    // Written once: tests run beside each other, and a gateway that starts must not find a file that is being written again.
    private static readonly Lazy<string> s_folder = new(WriteSecrets);

    private readonly CounterConsumer[] _consumers;

    public CounterPayers(
        ChainState chain, IReadOnlyList<ChannelId> channels, string service, ulong price, ulong block, IReadOnlyList<Uri> gateways,
        Random random)
    {
        var escrow = Address.Parse(chain.MultiPartyEscrow.ToLowerInvariant());
        var signer = PrivateKey.Parse(chain.Accounts["signer"].PrivateKey);
        _consumers =
        [
            .. channels.Take(Prepaid).Select(channel =>
                new PrepaidConsumer(signer, escrow, channel, price, block, gateways, new Random(random.Next()))),
            .. channels.Skip(Prepaid).Take(2 * Vouchers).Select((channel, i) => new VoucherConsumer(
                signer, escrow, channel, price, block, gateways, new Random(random.Next()), copies: i < Vouchers ? 1 : 2)),
            .. channels.Skip(Prepaid + (2 * Vouchers)).Take(Metered).Select(channel =>
                new MeteredConsumer(signer, escrow, channel, block, gateways, new Random(random.Next()))),
            .. channels.TakeLast(Training).Select(channel =>
                new TrainConsumer(signer, escrow, channel, block, gateways, new Random(random.Next()))),
            .. s_users.Select(user => new FreeConsumer(
                PrivateKey.Parse(chain.Accounts[user].PrivateKey), chain, service, block, gateways, new Random(random.Next()))),
        ];
    }

    /// <summary>Grants so far, of each.</summary>
    public int[] Granted => [.. _consumers.Select(consumer => consumer.Granted)];

    /// <summary>Every status but OK that they got, and how often.</summary>
    public IEnumerable<string> Refusals => _consumers.SelectMany(consumer => consumer.Refusals)
        .SelectMany(refusal => Enumerable.Repeat(refusal.Key, refusal.Value));

    /// <summary>Their channels.</summary>
    public static async Task<ChannelId[]> OpenChannelsAsync(DevChain chain)
    {
        var ids = new ChannelId[Prepaid + (2 * Vouchers) + Metered + Training];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = new ChannelId((ulong)(await chain.OpenChannelAsync(ChannelValue)).Id);
        }

        return ids;
    }

    /// <summary>The services that they call, of which one is also called by others.</summary>
    public static MarketService[] Services(string name, Uri instance, ulong price) =>
    [
        new MarketService(name, instance) { Price = (long)price },
        new MarketService(VoucherConsumer.Service, instance) { Hosts = [VoucherConsumer.Service], Price = (long)price },
        new MarketService(MeteredConsumer.Service, instance) { Hosts = [MeteredConsumer.Service], Price = MeteredConsumer.Ceiling },
    ];

    /// <summary>The gateway's options for <see cref="Services"/>: all consumers have one payer, who pauses for nothing.</summary>
    public static Dictionary<string, string> ServiceOptions(string name, Uri models) => new(Options())
    {
        [$"SnetGateway:Services:{name}:Training:Address"] = models.ToString(),
        [$"SnetGateway:Services:{VoucherConsumer.Service}:ParallelVouchers"] = "true",
        [$"SnetGateway:Services:{MeteredConsumer.Service}:Price:Metered:By"] = "message",
        [$"SnetGateway:Services:{MeteredConsumer.Service}:Price:Metered:UnitCogs"] = $"{MeteredConsumer.Unit}",
        ["SnetGateway:PaidCalls:AbandonedCallsPerMinute"] = "10000",
        ["SnetGateway:PaidCalls:FailedCallsPerMinute"] = "10000",
    };

    /// <summary>The gateway's options for prepaid and free calls. Its keys are of no use outside of the tests.</summary>
    public static Dictionary<string, string> Options() => new()
    {
        ["SnetGateway:Prepaid:SecretPath"] = Path.Combine(s_folder.Value, SecretFile),
        [$"SnetGateway:Groups:{GatewaySettings.DefaultGroup}:FreeCalls:SignerKeyFile"] = Path.Combine(s_folder.Value, KeyFile),
        [$"SnetGateway:Groups:{GatewaySettings.DefaultGroup}:FreeCalls:Calls"] = "1000000000",
    };

    public IEnumerable<Task> PayAsync(GatewayLives? lives, Action granted, CancellationToken stop) =>
        _consumers.Select(consumer => consumer.PayAsync(lives, granted, stop));

    /// <summary>Each must have been charged at least what it was granted before this call.</summary>
    public async Task CheckAsync(IRecordStore ledger)
    {
        foreach (CounterConsumer consumer in _consumers)
        {
            int least = consumer.Least;
            int counted = await consumer.CountAsync(ledger);
            Assert.True(counted >= least, $"{consumer.GetType().Name}: {least} were granted, and {counted} are counted.");
        }
    }

    /// <summary>The same when no call runs: what is counted beyond that are calls whose response was lost.</summary>
    public async Task<string> CheckAllAsync(IRecordStore ledger)
    {
        var told = new SortedDictionary<string, (int Calls, int Lost)>();
        foreach (CounterConsumer consumer in _consumers)
        {
            string kind = consumer.GetType().Name;
            int counted = await consumer.CountAsync(ledger);
            Assert.True(
                counted >= consumer.Least && counted <= consumer.Most,
                $"{kind}: {consumer.Least} to {consumer.Most} were granted, and {counted} are counted.");
            (int calls, int lost) = told.GetValueOrDefault(kind);
            told[kind] = (calls + consumer.Granted, lost + counted - consumer.Least);
        }

        return string.Join("; ", told.Select(
            kind => $"{kind.Key}: {kind.Value.Calls} calls granted, {kind.Value.Lost} charged beyond what was delivered"));
    }

    public void Dispose() => Array.ForEach(_consumers, consumer => consumer.Dispose());

    private static string WriteSecrets()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("snet-payers-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        Write(SecretFile, new string('s', 48));
        Write(KeyFile, new string('1', 64));
        return folder.FullName;

        void Write(string name, string content)
        {
            string path = Path.Combine(folder.FullName, name);
            File.WriteAllText(path, content);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
    }
}
