using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>The consumers of a campaign that pay by prepaid tokens and by free calls, beside those that pay by escrow.</summary>
internal sealed class CounterPayers : IDisposable
{
    private const int Channels = 3;
    private const ulong ChannelValue = 1_000_000_000;

    private static readonly string[] s_users = ["consumer", "consumer2"];
    private static readonly Lazy<DirectoryInfo> s_folder = new(() => Directory.CreateTempSubdirectory("snet-payers-"));

    private readonly CounterConsumer[] _consumers;

    public CounterPayers(
        ChainState chain, IReadOnlyList<ChannelId> channels, string service, ulong price, ulong block, IReadOnlyList<Uri> gateways,
        Random random)
    {
        var escrow = Address.Parse(chain.MultiPartyEscrow.ToLowerInvariant());
        var signer = PrivateKey.Parse(chain.Accounts["signer"].PrivateKey);
        _consumers =
        [
            .. channels.Select(channel =>
                new PrepaidConsumer(signer, escrow, channel, price, block, gateways, new Random(random.Next()))),
            .. s_users.Select(user => new FreeConsumer(
                PrivateKey.Parse(chain.Accounts[user].PrivateKey), chain, service, block, gateways, new Random(random.Next()))),
        ];
    }

    /// <summary>Grants so far, of each.</summary>
    public int[] Granted => [.. _consumers.Select(consumer => consumer.Granted)];

    /// <summary>Every status but OK that they got, and how often.</summary>
    public IEnumerable<string> Refusals => _consumers.SelectMany(consumer => consumer.Refusals)
        .SelectMany(refusal => Enumerable.Repeat(refusal.Key, refusal.Value));

    /// <summary>The channels that tokens are bought with.</summary>
    public static async Task<ChannelId[]> OpenChannelsAsync(DevChain chain)
    {
        var ids = new ChannelId[Channels];
        for (int i = 0; i < Channels; i++)
        {
            ids[i] = new ChannelId((ulong)(await chain.OpenChannelAsync(ChannelValue)).Id);
        }

        return ids;
    }

    /// <summary>The gateway's options for both kinds. Its keys are of no use outside of the tests.</summary>
    public static Dictionary<string, string> Options() => new()
    {
        ["SnetGateway:Prepaid:SecretPath"] = Write("secret", new string('s', 48)),
        [$"SnetGateway:Groups:{GatewaySettings.DefaultGroup}:FreeCalls:SignerKeyFile"] = Write("key", new string('1', 64)),
        [$"SnetGateway:Groups:{GatewaySettings.DefaultGroup}:FreeCalls:Calls"] = "1000000000",
    };

    public IEnumerable<Task> PayAsync(GatewayLives? lives, Action granted, CancellationToken stop) =>
        _consumers.Select(consumer => consumer.PayAsync(lives, granted, stop));

    /// <summary>Each counter must hold at least what its consumer was granted before this call.</summary>
    public async Task CheckAsync(IRecordStore ledger)
    {
        foreach (CounterConsumer consumer in _consumers)
        {
            int granted = consumer.Granted;
            int counted = await consumer.CountAsync(ledger);
            Assert.True(counted >= granted, $"{consumer.GetType().Name}: {granted} calls were granted, and {counted} are counted.");
        }
    }

    /// <summary>The same when no call runs: what is counted beyond that are calls whose response was lost.</summary>
    public async Task<string> CheckAllAsync(IRecordStore ledger)
    {
        (int calls, int lost) = (0, 0);
        foreach (CounterConsumer consumer in _consumers)
        {
            int counted = await consumer.CountAsync(ledger);
            string what = $"{consumer.GetType().Name}: {consumer.Granted} calls were granted, {consumer.Unanswered} without an answer, and "
                + $"{counted} are counted.";
            Assert.True(counted >= consumer.Granted && counted <= consumer.Granted + consumer.Unanswered, what);
            calls += consumer.Granted;
            lost += counted - consumer.Granted;
        }

        return $"{calls} prepaid and free calls were granted, {lost} charged with no byte delivered";
    }

    public void Dispose() => Array.ForEach(_consumers, consumer => consumer.Dispose());

    private static string Write(string name, string content)
    {
        string path = Path.Combine(s_folder.Value.FullName, name);
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
