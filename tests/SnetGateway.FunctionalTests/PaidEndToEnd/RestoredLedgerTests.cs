using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>The steps of docs/operations.md, "Back up and restore the ledger", on a ledger that was lost after its backup.</summary>
[Trait("Needs", "chain")]
[Trait("Needs", "python3")]
public sealed class RestoredLedgerTests : IAsyncLifetime
{
    private const int Price = 10;

    /// <summary>A backup of a file that another process has open, as `sqlite3 ledger.db .backup` makes it.</summary>
    private const string Backup = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-restored-");
    private readonly PayingSession _client = new(ClientStack.Node);
    private DevChain _chain = null!;
    private ExampleServiceProcess _service = null!;

    public async ValueTask InitializeAsync()
    {
        _chain = await DevChain.StartAsync(new DevChainOptions { OpenChannels = false });
        _service = await ExampleServiceProcess.StartAsync(ExampleLanguage.JavaScript);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _service.DisposeAsync();
        await _chain.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    [Rule(9)]
    public async Task RestoredLedger_IsAccepted_Paused_AndSellsNothingAgainOnceItIsClaimed()
    {
        string path = Path.Combine(_folder.FullName, "ledger.db"), backup = Path.Combine(_folder.FullName, "backup.db");
        ChainChannel channel = await _chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(
            new GatewaySettings(_chain.State, new MarketService("restored", _service.Address) { Price = Price })
            {
                LedgerPath = path,
            });
        await PayAsync(gateway, channel, calls: 3);
        await CopyAsync(path, backup);
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify", $"--SnetGateway:Ledger:Path={backup}");
        Assert.True(verified.ExitCode == 0, verified.Everything);
        await PayAsync(gateway, channel, calls: 2);
        CommandResult running = await gateway.RunCommandAsync("ledger", "accept");
        Assert.True(running.ExitCode == 2, running.Everything);
        Assert.Equal(0, await gateway.StopAsync());

        // The ledger is lost, and the backup put in its place.
        foreach (FileInfo file in _folder.GetFiles("ledger.db*"))
        {
            file.Delete();
        }

        File.Copy(backup, path);
        CommandResult refused = await gateway.RunCommandAsync("serve");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("`snet-gateway ledger accept`", refused.Everything, StringComparison.Ordinal);

        CommandResult accepted = await gateway.RunCommandAsync("ledger", "accept");
        Assert.True(accepted.ExitCode == 0, accepted.Everything);
        Assert.Equal(2, (await gateway.RunCommandAsync("ledger", "accept")).ExitCode);
        gateway.Settings = gateway.Settings with
        {
            Options = new Dictionary<string, string>
            {
                ["SnetGateway:Claims:Signers:remote:Url"] = _chain.State.RpcUrl.ToString(),
                ["SnetGateway:Claims:Signers:remote:Address"] = _chain.State.Accounts["provider"].Address,
                ["SnetGateway:Claims:ValueCogs"] = "1",
            },
        };
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();

        // The fourth payment once more: a gateway that knew no pause would sell it again.
        ClientPayment fourth = ClientPayment.From(_chain.State, channel, Price) with { Nonce = 0, Amount = 4 * Price };
        Assert.Equal(14, (await _client.CallAsync(Say(gateway, fourth))).Code);
        await Eventually.TrueAsync("it is claimed", async () =>
        {
            await gateway.RunCommandAsync("claims", "run"); // the chain may not have been followed yet
            return (await _chain.GetChannelAsync(channel.Id)).Nonce == 1;
        });
        CommandResult resumed = await gateway.RunCommandAsync("resume", "--all");
        Assert.True(resumed.ExitCode == 0, resumed.Everything);
        CallReport again = await _client.CallAsync(Say(gateway, fourth));
        Assert.Equal((1000, "incorrect payment channel nonce, latest: 1, sent: 0"), (again.Code, again.Details));
        await PayAsync(gateway, channel, calls: 1);
    }

    private static async Task CopyAsync(string from, string to)
    {
        await using var python = ChildProcess.Start("python3", ["-c", Backup, from, to]);
        Assert.True(await python.WaitForExitAsync() == 0, python.RecentOutput);
    }

    private static ClientJob Say(GatewayProcess gateway, ClientPayment payment) => new()
    {
        Endpoint = gateway.Endpoint,
        Method = "example.Echo/Say",
        Requests = [new { text = "hello" }],
        Payment = payment,
    };

    private async Task PayAsync(GatewayProcess gateway, ChainChannel channel, int calls)
    {
        ClientPayment payment = ClientPayment.From(_chain.State, channel, Price) with { FromState = true };
        IReadOnlyList<CallReport> paid = await _client.RunAsync(Say(gateway, payment) with { Calls = calls });
        Assert.All(paid, call => Assert.True(call.Code == 0, $"{call.Code}: {call.Details}"));
    }
}
