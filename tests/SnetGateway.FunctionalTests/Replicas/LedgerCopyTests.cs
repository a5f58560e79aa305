using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Ledgers;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>
/// `ledger copy` between each pair of stores, as a process that is killed between its writes. SNET_CAMPAIGN_KILLS makes more kills.
/// </summary>
[Trait("Needs", "etcd")]
[Trait("Needs", "redis")]
public sealed class LedgerCopyTests(LedgerCopyTests.Stores stores, ITestOutputHelper output)
    : IClassFixture<LedgerCopyTests.Stores>, IDisposable
{
    /// <summary>More than one run can have written when it is killed: it copies 64 channels at the same time.</summary>
    private const int ChannelsPerRun = 100;

    /// <summary>Writes after which a run is killed at the latest.</summary>
    private const int MostWrites = 30;
    private const int EntriesEach = 3;
    private const string Escrow = "0x5e592f9b1d303183d963635f895f0f0c48284f4e";
    private static readonly LedgerScope s_scope = new(31_337, Address.Parse(Escrow));
    private static readonly PrivateKey s_key = PrivateKey.Parse("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-copy-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("sqlite", "etcd")]
    [InlineData("sqlite", "redis")]
    [InlineData("etcd", "sqlite")]
    [InlineData("etcd", "redis")]
    [InlineData("redis", "sqlite")]
    [InlineData("redis", "etcd")]
    [Rule(9, 15)]
    public async Task Copy_KilledBetweenItsWrites_IsCompletedByTheNextRun(string source, string target)
    {
        int kills = int.Parse(Environment.GetEnvironmentVariable("SNET_CAMPAIGN_KILLS") ?? "2", CultureInfo.InvariantCulture);
        Random random = Seeds.Random(output.WriteLine);
        LedgerOptions from = Options(source, "source"), to = Options(target, "target");
        int channels = (kills + 1) * ChannelsPerRun;
        await FillAsync(from, channels, random);
        string oldFile = Path.Combine(_folder.FullName, "old.json");
        await File.WriteAllTextAsync(oldFile, "{ \"SnetGateway\": { \"Ledger\": " + Json(from) + "," + Chain() + " } }");
        string[] copy = ["ledger", "copy", "--from", oldFile, .. Arguments(to)];

        for (int i = 0; i < kills; i++)
        {
            await KillAtWriteAsync(copy, random.Next(1, MostWrites));
        }

        (int code, string line) = await RunAsync(copy);
        Assert.True(code == 0, line);
        Assert.Contains(
            $"compared: {channels} channels, {channels * EntriesEach} entries, {channels * EntriesEach * 1000} cogs delivered", line,
            StringComparison.Ordinal);
        output.WriteLine(line);
        (int Code, string Line) verified = await RunAsync(["ledger", "verify", .. Arguments(to)]);
        Assert.Equal(await RunAsync("ledger", "verify", "--config", oldFile), verified);
        Assert.EndsWith("clean", verified.Line, StringComparison.Ordinal);

        (code, line) = await RunAsync(copy);
        Assert.True(code == 0, line);
        Assert.Contains($"0 of {channels} channels and 0 entries written", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_SourceIsOpen_IsRefused()
    {
        LedgerOptions from = Options("sqlite", "source"), to = Options("sqlite", "target");
        await using IRecordStore open = stores.Open(from);
        string oldFile = Path.Combine(_folder.FullName, "old.json");
        await File.WriteAllTextAsync(oldFile, "{ \"SnetGateway\": { \"Ledger\": " + Json(from) + "," + Chain() + " } }");

        (int code, string line) = await RunAsync(["ledger", "copy", "--from", oldFile, .. Arguments(to)]);
        Assert.Equal(2, code);
        Assert.Contains("is in use by process", line, StringComparison.Ordinal);
        Assert.False(File.Exists(to.Path));
    }

    [Fact]
    public async Task Copy_RedisIsFollowedByAGateway_IsRefused()
    {
        LedgerOptions from = Options("sqlite", "source"), to = Options("redis", "target");
        await FillAsync(from, channels: 1, new Random(1));
        string oldFile = Path.Combine(_folder.FullName, "old.json");
        await File.WriteAllTextAsync(oldFile, "{ \"SnetGateway\": { \"Ledger\": " + Json(from) + "," + Chain() + " } }");
        await using IRecordStore gateway = stores.Open(to);
        await gateway.ReadAllAsync(CancellationToken.None).CountAsync();
        using var stop = new CancellationTokenSource();
        Task following = gateway.WatchAsync(stop.Token).CountAsync(stop.Token).AsTask();

        await Eventually.TrueAsync("the gateway is noticed", async () =>
            await RunAsync(["ledger", "copy", "--from", oldFile, .. Arguments(to)]) is (2, { } line)
                && line.Contains("a gateway uses the ledger", StringComparison.Ordinal));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    private static string Chain() => $"\"Chain\": {{ \"ChainId\": {s_scope.ChainId}, \"EscrowAddress\": \"{Escrow}\" }}";

    private static string Json(LedgerOptions options) =>
        "{ " + string.Join(", ", Keys(options).Where(key => !key.Key.Contains(':', StringComparison.Ordinal))
            .Select(key => $"\"{key.Key}\": \"{key.Value}\""))
        + $", \"Journal\": {{ \"Path\": \"{options.Journal.Path}\" }}"
        + $", \"Etcd\": {{ \"Endpoints\": [{string.Join(',', options.Etcd.Endpoints.Select(endpoint => $"\"{endpoint}\""))}], "
        + $"\"KeyPrefix\": \"{options.Etcd.KeyPrefix}\" }}"
        + $", \"Redis\": {{ \"Endpoint\": \"{options.Redis.Endpoint}\", \"KeyPrefix\": \"{options.Redis.KeyPrefix}\" }} }}";

    private static Dictionary<string, string> Keys(LedgerOptions options)
    {
        var keys = new Dictionary<string, string>
        {
            ["Store"] = options.Store,
            ["Path"] = options.Path,
            ["Journal:Path"] = options.Journal.Path,
            ["Redis:Endpoint"] = options.Redis.Endpoint,
            ["Redis:KeyPrefix"] = options.Redis.KeyPrefix,
            ["Etcd:KeyPrefix"] = options.Etcd.KeyPrefix,
        };
        for (int i = 0; i < options.Etcd.Endpoints.Count; i++)
        {
            keys[$"Etcd:Endpoints:{i}"] = options.Etcd.Endpoints[i];
        }

        return keys;
    }

    private static string[] Arguments(LedgerOptions options) =>
    [
        .. Keys(options).Select(key => $"--{LedgerOptions.Section}:{key.Key}={key.Value}"),
        $"--SnetGateway:Chain:ChainId={s_scope.ChainId}", $"--SnetGateway:Chain:EscrowAddress={Escrow}",
    ];

    private static async Task<(int Code, string Line)> RunAsync(params string[] arguments)
    {
        using var text = new StringWriter();
        int code = await new CommandLine(new Terminal(TextReader.Null, text, text), GatewayApp.Build)
            .RunAsync(arguments, CancellationToken.None).WaitAsync(s_patience);
        return (code, text.ToString().Trim());
    }

    /// <summary>Runs the command as a process that kills itself when so many of its writes are durable.</summary>
    private static async Task KillAtWriteAsync(string[] command, int write)
    {
        var environment = new Dictionary<string, string?>
        {
            ["DOTNET_STARTUP_HOOKS"] = Repository.Existing(
                $"tests/SnetGateway.CrashPoints/bin/{Repository.Configuration}/net10.0/SnetGateway.CrashPoints.dll", "build the solution"),
        };
        await using var process = ChildProcess.Start(GatewayProcess.Program, command, environment: environment);
        await process.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"store-answered {write} {(int)UnixSignal.Kill}"));
        int code = await process.WaitForExitAsync();
        Assert.True(code == 128 + (int)UnixSignal.Kill, $"It ended with {code} before write {write}:\n{process.RecentOutput}");
    }

    private async Task FillAsync(LedgerOptions options, int channels, Random random)
    {
        await using IRecordStore store = stores.Open(options);
        await new LedgerFiller(store, new Address(new byte[Address.Size]), default, random, (s_key, s_scope.Escrow)).FillAsync(
            channels, EntriesEach, new ChainBlock(1000, default, new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero)),
            CancellationToken.None);
    }

    private LedgerOptions Options(string store, string name)
    {
        string folder = _folder.CreateSubdirectory(name).FullName;
        return new LedgerOptions
        {
            Store = store,
            Path = Path.Combine(folder, "ledger.db"),
            Journal = new JournalOptions { Path = Path.Combine(folder, "journal") },
            Redis = new RedisOptions { Endpoint = stores.Redis.Endpoint, KeyPrefix = stores.NewPrefix() },
            Etcd = new EtcdOptions { Endpoints = [stores.Etcd.Endpoint], KeyPrefix = stores.NewPrefix() },
        };
    }

    /// <summary>One etcd and one Redis for all tests, with separate keys for each ledger.</summary>
    public sealed class Stores : IAsyncLifetime
    {
        private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        private int _prefixes;

        public EtcdProcess Etcd { get; private set; } = null!;

        public RedisProcess Redis { get; private set; } = null!;

        public string NewPrefix() => $"copy{Interlocked.Increment(ref _prefixes)}";

        public IRecordStore Open(LedgerOptions options) => RecordStores.Open(
            options, s_scope, new StorageMetrics(_services.GetRequiredService<IMeterFactory>()), NullLoggerFactory.Instance,
            TimeProvider.System);

        public async ValueTask InitializeAsync()
        {
            Etcd = await EtcdProcess.StartAsync();
            Redis = await RedisProcess.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Etcd.DisposeAsync();
            await Redis.DisposeAsync();
            await _services.DisposeAsync();
        }
    }
}
