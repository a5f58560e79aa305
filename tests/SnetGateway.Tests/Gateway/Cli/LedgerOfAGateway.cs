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

/// <summary>A ledger's file that a gateway has open, and commands beside it, with the configuration of <see cref="Samples"/>.</summary>
internal sealed class LedgerOfAGateway : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-ledger-");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<StorageMetrics>().BuildServiceProvider();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private bool _isOpen = true;

    public LedgerOfAGateway()
    {
        Store = RecordStores.Open(
            new LedgerOptions { Path = File },
            new LedgerScope(31_337, Address.Parse(Samples.Good()["SnetGateway:Chain:EscrowAddress"]!)),
            _services.GetRequiredService<StorageMetrics>(), NullLoggerFactory.Instance, TimeProvider.System);
    }

    public IRecordStore Store { get; }

    /// <summary>What the last command printed.</summary>
    public string Output => _output.ToString();

    /// <summary>What all commands wrote to the error output.</summary>
    public string Error => _error.ToString();

    private string File => Path.Combine(_folder.FullName, "ledger.db");

    /// <summary>Counts a free call of a user, as a gateway does.</summary>
    public async Task MakeFreeCallAsync(Address user, string userId, string method)
    {
        var ledger = new CounterLedger(Store, new CounterBook(1), TimeProvider.System, new LivePaidCallOptions(new PaidCallOptions()));
        RecordKey key = new FreeCallUser(user, userId).CounterKey(FreeCallOffer.QuotaIdsOf("my-org", "translate", Samples.GroupId));
        var call = new PaidCall(new PaidService("translate", PaymentRig.Group, new FixedPrice(1)), method);
        Counter counter = (await ledger.FindAsync(key, default))!;
        (CounterUse? use, _) = await ledger.HoldAsync(counter, UInt256.One, UInt256.MaxValue, call, default);
        Assert.Equal(CounterOutcome.Done, await ledger.SettleAsync(use!));
    }

    /// <summary>Runs a command and returns its exit code.</summary>
    public Task<int> RunAsync(params string[] args)
    {
        _output.GetStringBuilder().Clear();
        string config = Path.Combine(_folder.FullName, "empty.json");
        System.IO.File.WriteAllText(config, "{}");
        string[] settings =
        [
            "--config", config,
            .. Samples.Good().Where(pair => !pair.Key.EndsWith("Ledger:Store", StringComparison.Ordinal))
                .Select(pair => $"--{pair.Key}={pair.Value}"),
            $"--SnetGateway:Ledger:Path={File}",
        ];
        return new CommandLine(new Terminal(TextReader.Null, _output, _error), GatewayApp.Build)
            .RunAsync([.. settings, .. args], CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>The gateway closes the file.</summary>
    public async Task CloseAsync()
    {
        if (_isOpen)
        {
            _isOpen = false;
            await Store.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _services.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
