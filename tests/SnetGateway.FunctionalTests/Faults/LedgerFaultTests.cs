using System.Globalization;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.FunctionalTests.Faults;

[Collection(FaultMarketFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class LedgerFaultTests(FaultMarketFixture market, ITestOutputHelper output)
{
    private const long Price = 10;

    /// <summary>
    /// A disk that returns errors is noticed within a second on an idle machine, one that hangs after at most 2.5 s (docs/stores.md). The
    /// limit is twice the longer time: enough for a busy machine with two cores, and far below a gateway that only notices by chance.
    /// </summary>
    private static readonly TimeSpan s_longestUntilNotReady = TimeSpan.FromSeconds(5);

    /// <summary>Log lines about a ledger that is not writable: 3002 to 3011 of the payment core, 7003 to 7007 of the store.</summary>
    private const int LastLedgerNotSaved = 3014, JournalEntriesLost = 7020;

    private static readonly int[] s_diskErrors = [3002, 3003, 3011, 7003, 7004, 7005, 7007];

    private readonly PayingSession _client = market.Client(ClientStack.Node);

    [Fact]
    public async Task LedgerCannotGrow_CallsEndWithoutAByte_NotReady_AndRecovers()
    {
        await using GatewayProcess gateway = await StartGatewayAsync();
        await BreakAndMendAsync(gateway, () => LimitFilesAsync(gateway, "0:"), async () =>
        {
            // Other files are written less often; none of them may end the process.
            await Eventually.TrueAsync("the file of the last ledger is not written", () =>
                Task.FromResult(gateway.Log.Any(line => line.EventId == LastLedgerNotSaved)));
            await LimitFilesAsync(gateway, "unlimited:");
        });
    }

    [Fact]
    [Trait("Needs", "redis")]
    public async Task JournalCannotGrow_CallsContinue()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(
            new GatewaySettings(
                market.Chain.State,
                new MarketService("echo", market.Service(ExampleLanguage.JavaScript).Address) { Price = Price })
            {
                Options = new Dictionary<string, string>
                {
                    ["SnetGateway:Ledger:Store"] = "redis",
                    ["SnetGateway:Ledger:Redis:Endpoint"] = redis.Endpoint,
                },
            });
        gateway.ExpectErrors(JournalEntriesLost);
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        await LimitFilesAsync(gateway, "0:");
        IReadOnlyList<CallReport> calls = await _client.RunAsync(market.Say(gateway, channel, Price) with { Calls = 3 });
        Assert.All(calls, call => Assert.Equal(0, call.Code));
        await Eventually.TrueAsync("entries of the journal are lost", () =>
            Task.FromResult(gateway.Log.Any(line => line.EventId == JournalEntriesLost)));
        await LimitFilesAsync(gateway, "unlimited:");
        Assert.Equal(0, await gateway.StopAsync());
    }

    [Fact]
    [Rule(1)]
    public async Task DiskFull_CallsEndWithoutAByte_NotReady_AndRecovers()
    {
        using var disk = SmallDisk.MountOrSkip(
            kibibytes: 4096, standIn: nameof(LedgerCannotGrow_CallsEndWithoutAByte_NotReady_AndRecovers));

        await using GatewayProcess gateway = await StartGatewayAsync(Path.Combine(disk.Folder, "ledger.db"));
        await BreakAndMendAsync(gateway, Do(disk.Fill), Do(disk.Free));

        static Func<Task> Do(Action action) => () =>
        {
            action();
            return Task.CompletedTask;
        };
    }

    [Fact]
    [Rule(14)]
    public async Task SecondGateway_OnTheSameLedger_NamesTheHolder_AndExitsWith2()
    {
        await using GatewayProcess gateway = await StartGatewayAsync();

        CommandResult second = await gateway.RunCommandAsync(
            "serve", "--SnetGateway:Listeners:Public:Address=127.0.0.1:0", "--SnetGateway:Listeners:Admin:Address=127.0.0.1:0");

        Assert.True(second.ExitCode == 2, second.Everything);
        Assert.Contains(gateway.Process.Pid.ToString(CultureInfo.InvariantCulture), second.Everything, StringComparison.Ordinal);
        Assert.Null(await gateway.AskReadinessAsync());
    }

    [Fact]
    public async Task Killed_StartsAgainOnTheSamePortsAndLedger_AndTheClientContinues()
    {
        await using GatewayProcess gateway = await StartGatewayAsync();
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        string endpoint = gateway.Endpoint;
        await _client.RunAsync(market.Say(gateway, channel, Price) with { Calls = 3 });

        await gateway.KillAsync();
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        CallReport call = await _client.CallAsync(market.Say(gateway, channel, Price));

        Assert.Equal(endpoint, gateway.Endpoint);
        Assert.Equal((0, 40), (call.Code, (int)call.Amount!.Value));
        CommandResult verdict = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verdict.ExitCode == 0, verdict.Everything);
    }

    [Fact]
    public async Task Terminated_LetsARunningCallEnd()
    {
        await using GatewayProcess gateway = await StartGatewayAsync();
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        await using ChildProcess caller = PayingClient.Start(ClientStack.Node, market.Say(gateway, channel, Price) with
        {
            Method = "example.Echo/Count",
            Requests = [new { text = "tick", answers = 10, gapMs = 200 }],
            AnnounceFirst = true,
        });
        await caller.WaitForLineAsync(line => line.Contains("\"first\":true", StringComparison.Ordinal), Eventually.Patience);

        int code = await gateway.StopAsync();

        CallReport call =
            PayingClient.ReadCall(await caller.WaitForLineAsync(line => line.Contains("\"code\"", StringComparison.Ordinal)))!;
        Assert.True(code == 0, $"The gateway ended with {code}. Its output:\n{gateway.Process.RecentOutput}");
        Assert.True(call.Code == 0, $"{call.Code}: {call.Details}");
        Assert.Equal(10, call.Messages.Count);
    }

    /// <summary>
    /// Pays until the gateway reports that it is not ready. After a first rejection the ledger may restart its log in the space that it has
    /// and continue. A rejected call gets no message byte, and succeeds when it is repeated after the disk has recovered.
    /// </summary>
    private async Task BreakAndMendAsync(GatewayProcess gateway, Func<Task> breakDisk, Func<Task> mendDisk)
    {
        gateway.ExpectErrors(s_diskErrors);
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000_000);
        var payment = ClientPayment.From(market.Chain.State, channel, Price);
        CallReport before = await PayAsync();
        Assert.True(before.Code == 0, $"{before.Code}: {before.Details}");

        long lastAccepted = TimeProvider.System.GetTimestamp();
        string? problem = null;
        TimeSpan untilNotReady = TimeSpan.MaxValue;
        Task notReady = Eventually.TrueAsync("it is not ready", async () =>
        {
            await breakDisk();
            if ((problem = await gateway.AskReadinessAsync()) is null)
            {
                return false;
            }

            untilNotReady = TimeProvider.System.GetElapsedTime(Volatile.Read(ref lastAccepted));
            output.WriteLine($"not ready {untilNotReady.TotalMilliseconds:0} ms after the last accepted call");
            return true;
        });
        CallReport? refused = null;
        await Eventually.TrueAsync("it refuses, and is not ready", async () =>
        {
            CallReport call = await PayAsync();
            if (call.Code == 0)
            {
                Volatile.Write(ref lastAccepted, TimeProvider.System.GetTimestamp());
            }
            else
            {
                refused = call;
                Assert.Equal((13, "unable to store new payment channel state"), (call.Code, call.Details));
                Assert.Empty(call.Messages);
            }

            return refused is not null && notReady.IsCompleted;
        });
        await notReady;
        Assert.True(untilNotReady <= s_longestUntilNotReady, $"not ready only {untilNotReady} after the last accepted call");
        Assert.Contains("ledger: cannot be written", problem, StringComparison.Ordinal);

        await mendDisk();
        await gateway.WaitUntilReadyAsync();
        CallReport after = await PayAsync();
        Assert.True(after.Code == 0, $"{after.Code}: {after.Details}");
        Assert.True(after.Amount >= refused!.Amount);
        CommandResult verdict = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verdict.ExitCode == 0, verdict.Everything);
        Assert.Contains($"{after.Amount} cogs delivered", verdict.Output[^1], StringComparison.Ordinal);

        async Task<CallReport> PayAsync()
        {
            CallReport made = await _client.CallAsync(market.Say(gateway, channel, Price) with { Payment = payment });
            payment = made.Code == 0 ? payment with { Amount = made.Amount } : payment;
            return made;
        }
    }

    private Task<GatewayProcess> StartGatewayAsync(string? ledger = null) => GatewayProcess.StartAsync(
        new GatewaySettings(
            market.Chain.State,
            new MarketService("echo", market.Service(ExampleLanguage.JavaScript).Address) { Price = Price }) { LedgerPath = ledger });

    /// <summary>Limits the size of the process's files: simulates a full disk where mounting one is not permitted.</summary>
    private static async Task LimitFilesAsync(GatewayProcess gateway, string limit)
    {
        await using var tool = ChildProcess.Start(
            "prlimit", ["--pid", gateway.Process.Pid.ToString(CultureInfo.InvariantCulture), $"--fsize={limit}"]);
        Assert.True(await tool.WaitForExitAsync() == 0, tool.RecentOutput);
    }
}
