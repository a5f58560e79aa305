using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.Tests.Gateway.Configuration;
using SnetGateway.Tests.Payments;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>`free-calls list` and `reset`, and what `ledger` says of free calls, on a real file.</summary>
public sealed class FreeCallsCommandTests : IAsyncLifetime
{
    private const string User = "0x00000000000000000000000000000000000000AB";
    private static readonly string s_user = User.ToLowerInvariant();

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-free-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<StorageMetrics>().BuildServiceProvider();
    private IRecordStore? _store;

    private string File => Path.Combine(_folder.FullName, "ledger.db");

    /// <summary>The ledger of a gateway: two calls of a user and one of a user id.</summary>
    public async ValueTask InitializeAsync()
    {
        Dictionary<string, string?> settings = Samples.Good();
        _store = RecordStores.Open(
            new LedgerOptions { Path = File }, new LedgerScope(31_337, Address.Parse(settings["SnetGateway:Chain:EscrowAddress"]!)),
            _services.GetRequiredService<StorageMetrics>(), NullLoggerFactory.Instance, TimeProvider.System);
        var ledger = new CounterLedger(
            _store, new CounterBook(1), TimeProvider.System, new LivePaidCallOptions(new PaidCallOptions()));
        var call = new PaidCall(new PaidService("translate", PaymentRig.Group, new FixedPrice(1)), "/t.T/Go");
        foreach (string userId in (string[])["", "", "someone"])
        {
            RecordKey key = new FreeCallUser(Address.Parse(s_user), userId).CounterKey(
                FreeCallOffer.QuotaIdsOf("my-org", "translate", Samples.GroupId));
            Counter counter = (await ledger.FindAsync(key, default))!;
            (CounterUse? use, _) = await ledger.HoldAsync(counter, UInt256.One, UInt256.MaxValue, call, default);
            Assert.Equal(CounterOutcome.Done, await ledger.SettleAsync(use!));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _services.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task List_Table_AndJson_WhileAGatewayRuns()
    {
        Assert.Equal(0, await RunAsync("free-calls", "list"));
        string[] lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal(2, lines.Count(line => line.StartsWith($"{s_user} ", StringComparison.Ordinal)));

        _output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("free-calls", "list", "--json"));
        JsonElement[] rows =
            [.. _output.ToString().Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["1", "2"], rows.Select(row => row.GetProperty("callsMade").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal("translate", row.GetProperty("service").GetString()));
    }

    [Fact]
    public async Task Explain_TellsEachCountOfTheUser()
    {
        Assert.Equal(0, await RunAsync("ledger", "explain", User));
        string text = _output.ToString();
        Assert.Equal(2, text.Split("Free calls of " + s_user).Length - 1);
        Assert.Contains("translate /t.T/Go 1 times: 2 made", text, StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync("ledger", "explain", "0x00000000000000000000000000000000000000ac"));
    }

    [Fact]
    public async Task Verify_CountsThem()
    {
        Assert.Equal(0, await RunAsync("ledger", "verify"));
        Assert.Equal(
            "0 channels, 2 plans and counts of free calls, 3 entries, 0 cogs delivered: clean", _output.ToString().Trim());
    }

    [Fact]
    public async Task Reset_WhileAGatewayHasTheFile_SaysWhoHasIt()
    {
        Assert.Equal(2, await RunAsync("free-calls", "reset", "--address", User));
        Assert.Contains("in use", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_SetsTheCountOfTheUserIdToZero_AndNoOther()
    {
        await StopAsync();
        Assert.Equal(0, await RunAsync("free-calls", "reset", "--address", User, "--user-id", "someone"));
        Assert.Equal("translate: 1 free calls made, now 0", _output.ToString().Trim());
        Assert.Equal(1, await RunAsync("free-calls", "reset", "--address", User, "--user-id", "nobody"));
        Assert.Equal(1, await RunAsync("free-calls", "reset", "--address", User, "--service", "draw"));

        _output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("free-calls", "list", "--json"));
        Assert.Equal(
            ["0", "2"],
            _output.ToString().Trim().Split('\n')
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("callsMade").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(0, await RunAsync("ledger", "verify"));
    }

    [Theory]
    [InlineData("free-calls", "reset", "--address", "0x12")]
    [InlineData("free-calls", "reset", "--address", User, "--service", "none")]
    [InlineData("free-calls", "reset")]
    public async Task Reset_WithoutAUserOrAService_IsAnErrorOfUsage(params string[] args)
    {
        await StopAsync();
        Assert.Equal(2, await RunAsync(args));
    }

    private async Task StopAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
            _store = null;
        }
    }

    private Task<int> RunAsync(params string[] args)
    {
        string config = Path.Combine(_folder.FullName, "empty.json");
        System.IO.File.WriteAllText(config, "{}");
        string[] all =
        [
            "--config", config,
            .. Samples.Good().Where(pair => !pair.Key.EndsWith("Ledger:Store", StringComparison.Ordinal))
                .Select(pair => $"--{pair.Key}={pair.Value}"),
            $"--SnetGateway:Ledger:Path={File}", .. args,
        ];
        return new CommandLine(new Terminal(TextReader.Null, _output, _error), GatewayApp.Build)
            .RunAsync(all, CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(60));
    }
}
