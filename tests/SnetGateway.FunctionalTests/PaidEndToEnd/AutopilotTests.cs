using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nethereum.KeyStore;
using Nethereum.KeyStore.Model;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>The gateway claims by itself, on the real contract.</summary>
[Trait("Needs", "chain")]
public sealed class AutopilotTests : IAsyncLifetime
{
    private const string Password = "the password of the payee's key";
    private const int Channels = 50;
    private const int Calls = 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-payee-");
    private readonly PayingSession _client = new(ClientStack.Node);
    private DevChain _chain = null!;
    private ExampleServiceProcess _service = null!;

    private ChainAccount Provider => _chain.State.Accounts["provider"];

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
    [Rule(2, 8)]
    public async Task FiftyChannels_PaidInThreeWays_AreClaimedInOneTransaction_ToTheCog_AndContinueAtTheNextNonce()
    {
        var channels = new ChainChannel[Channels];
        for (int i = 0; i < Channels; i++)
        {
            channels[i] = await _chain.OpenChannelAsync(1_000);
        }

        Dictionary<string, string> claims = WithKey();
        await using GatewayProcess gateway = await StartAsync(
            claims.Where(pair => !pair.Key.Contains("Claims", StringComparison.Ordinal)).ToDictionary());
        for (int i = 0; i < Channels; i++)
        {
            ClientJob say = Say(gateway, channels[i]) with { Calls = Calls };
            IReadOnlyList<CallReport> calls = await _client.RunAsync((i % 3) switch
            {
                0 => say, // escrow, one after the other
                1 => say with { Parallel = Calls }, // parallel vouchers
                _ => say with { Payment = null, Prepaid = ClientPrepaid.From(_chain.State, channels[i], 10 * Calls) },
            });
            Assert.All(calls, call => Assert.True(call.Code == 0, $"{call.Code}: {call.Details}"));
        }

        // With the key from now on. All channels are due.
        await gateway.StopAsync();
        gateway.Settings = gateway.Settings with { Options = claims };
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        BigInteger owed = 10 * Calls * Channels;
        await ClaimAsync(gateway, () => _chain.GetChannelAsync(channels[^1].Id));
        Assert.Equal(owed, await BalanceAsync());
        foreach (ChainChannel channel in channels)
        {
            Assert.Equal(1, (await _chain.GetChannelAsync(channel.Id)).Nonce);
        }

        // A client on the old nonce gets 1000, asks for the state, and continues.
        ClientPayment old = ClientPayment.From(_chain.State, channels[0], 10) with { Nonce = 0, Amount = 10 * Calls };
        CallReport refused = await _client.CallAsync(Say(gateway, channels[0]) with { Payment = old });
        Assert.Equal((1000, "incorrect payment channel nonce, latest: 1, sent: 0"), (refused.Code, refused.Details));
        await PayAsync(gateway, channels[0], 1);

        GatewayLogLine paid = await FinishAsync(gateway);
        Assert.Equal($"{Channels}", paid.Values["Claims"]);
        Assert.Equal($"{owed}", paid.Values["Cogs"]);
        double gas = double.Parse(paid.Values["Gas"], CultureInfo.InvariantCulture) / Channels;
        Assert.InRange(gas, 20_000, 44_000);

        // The second claim of the same channel, after a kill.
        await gateway.KillAsync();
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        await ClaimAsync(gateway, () => _chain.GetChannelAsync(channels[0].Id), nonce: 2);
        Assert.Equal(owed + 10, await BalanceAsync());
        await _chain.MineAsync(70);
        await Eventually.TrueAsync("nothing is open", async () =>
        {
            await gateway.RunCommandAsync("claims", "run");
            return (await CommandAsync(gateway, "claims", "status"))[0].GetProperty("open").GetArrayLength() == 0;
        });
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
        Assert.DoesNotContain(gateway.Log, line => line.Message.Contains(Provider.PrivateKey[2..20], StringComparison.OrdinalIgnoreCase)
            || line.Message.Contains(Password, StringComparison.Ordinal));
    }

    /// <summary>The node holds the key of the provider, and signs as Web3Signer does.</summary>
    [Fact]
    public async Task RemoteSigner_SignsWhatIsClaimed_AlsoAfterAKillBeforeItIsMined()
    {
        ChainChannel channel = await _chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await StartAsync(new()
        {
            ["SnetGateway:Claims:Signers:remote:Url"] = _chain.State.RpcUrl.ToString(),
            ["SnetGateway:Claims:Signers:remote:Address"] = Provider.Address,
            ["SnetGateway:Claims:ValueCogs"] = "10",
        });
        await _chain.SetMiningAsync("manual");
        await PayAsync(gateway, channel, 3);
        JsonElement plan = (await CommandAsync(gateway, "claims", "plan"))[0];
        Assert.Equal(30, Cogs(plan));
        Assert.Contains(plan.GetProperty("reason").GetString(), (string?[])["value", "started"]); // a round may have come before
        Assert.Equal(1, (await CommandAsync(gateway, "claims", "run"))[0].GetProperty("open").GetArrayLength());
        await gateway.KillAsync();
        await _chain.RpcAsync("anvil_dropAllTransactions");
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        await Eventually.TrueAsync(
            "the transaction is sent again", async () => (await gateway.RunCommandAsync("claims", "run")).ExitCode == 0);
        await _chain.MineAsync();
        await _chain.SetMiningAsync("automine");
        await Eventually.TrueAsync("it is claimed", async () => (await _chain.GetChannelAsync(channel.Id)).Nonce == 1);
        Assert.Equal(30, await BalanceAsync());
        Assert.Equal("1", (await FinishAsync(gateway)).Values["Claims"]);
    }

    /// <summary>`serve --with`: both escrow contracts pay one address, whose transactions have one row of account nonces.</summary>
    [Fact]
    public async Task TwoGatewaysOfOneProcess_WithOnePayee_ClaimOneAfterTheOther()
    {
        ChainState agix = await _chain.AddEscrowAsync();
        ChainChannel ofFet = await _chain.OpenChannelAsync(1_000), ofAgix = agix.Channels["selfSigned"];
        (string endpoint, string admin) = ($"127.0.0.1:{FreePort.Find()}", $"127.0.0.1:{FreePort.Find()}");
        string file = Path.Combine(_folder.FullName, "agix.json");
        Dictionary<string, string> claims = WithKey();
        JsonObject second = JsonNode.Parse(new GatewaySettings(agix, new MarketService("claims", _service.Address) { Price = 10 })
            .Write(_folder.FullName, endpoint, admin))!.AsObject();
        foreach ((string key, string value) in claims)
        {
            second[key] = value;
        }

        await File.WriteAllTextAsync(file, second.ToJsonString());
        claims["with"] = file;
        await using GatewayProcess gateway = await StartAsync(claims);
        await Eventually.TrueAsync("both claim", () => Task.FromResult(gateway.Log.Count(line => line.EventId == 3100) == 2));
        string[] files = [Path.Combine(gateway.Folder, "appsettings.json"), file];
        await _chain.SetMiningAsync("manual");
        await PayAsync(gateway, ofFet, 3);
        Assert.Equal(0, (await _client.CallAsync(Say(gateway, ofAgix) with
        {
            Endpoint = endpoint, Payment = ClientPayment.From(agix, ofAgix, 10) with { FromState = true },
        })).Code);

        // One of them sends, and the other one waits until it is mined.
        foreach (string round in (string[])["first", "second"])
        {
            await Eventually.TrueAsync($"the {round} transaction is sent", async () =>
            {
                await Task.WhenAll(files.Select(RunClaimsAsync));
                return gateway.Log.Count(line => line.EventId == 3101) == (round == "first" ? 1 : 2);
            });
            await Task.WhenAll(files.Select(RunClaimsAsync));
            Assert.Equal(round == "first" ? 1 : 2, gateway.Log.Count(line => line.EventId == 3101));
            await _chain.MineAsync();
        }

        await _chain.SetMiningAsync("automine");
        Assert.Equal(1, (await _chain.GetChannelAsync(ofFet.Id)).Nonce);
        Assert.Equal(30, await BalanceAsync());
        Assert.Equal(10, await BalanceAsync(agix.MultiPartyEscrow));
        Assert.DoesNotContain(gateway.Log, line => line.EventId == 3106);
    }

    /// <summary>The provider does not claim: the alert comes first, and then an event with the lost amount.</summary>
    [Fact]
    public async Task ChannelThatExpiresUnclaimed_RaisesTheAlert_AndWhatTheSenderTakesBackIsReported()
    {
        ChainChannel channel = await _chain.OpenChannelAsync(1_000, expiresIn: 600);
        await using GatewayProcess gateway = await StartAsync(new()
        {
            ["SnetGateway:Groups:default:PaymentExpirationThreshold"] = "300", ["SnetGateway:Alerts:ExpiryBlocks"] = "200",
        });
        gateway.ExpectErrors(3018);
        await PayAsync(gateway, channel, 2);
        Assert.Equal(0, (await gateway.RunCommandAsync("channels", "--at-risk")).ExitCode);
        await _chain.AppendBlocksAsync(450);
        await AlertAsync(gateway, "ChannelExpiring");
        CommandResult atRisk = await gateway.RunCommandAsync("channels", "--at-risk");
        Assert.Equal(1, atRisk.ExitCode);
        Assert.Contains("\"unclaimed\":\"20\"", Assert.Single(atRisk.Output), StringComparison.Ordinal);
        await _chain.AppendBlocksAsync(200);
        await _chain.ClaimTimeoutAsync(channel.Id);
        await Eventually.TrueAsync("the loss is reported", () => Task.FromResult(gateway.Log.Any(line => line.EventId == 3018)));
        Assert.Equal("20", gateway.Log.First(line => line.EventId == 3018).Values["Lost"]);
        await AlertAsync(gateway, "FundsTakenBack");
    }

    [Fact]
    public async Task Commands_OfAGatewayThatClaimsNothing_SaySo_AndTheStatementHasWhatWasEarned()
    {
        ChainChannel channel = await _chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await StartAsync([]);
        await PayAsync(gateway, channel, 2);
        Assert.Equal(0, (await CommandAsync(gateway, "claims", "status")).GetArrayLength());
        CommandResult statement = await gateway.RunCommandAsync("ledger", "statement", "--format", "csv");
        Assert.Equal("day,organization,service,calls,cogs,FET", statement.Output[0]);
        Assert.Matches("^20[0-9-]+,[^,]+,claims,2,20,0.00000000000000002$", statement.Output[1]);
        CommandResult json = await gateway.RunCommandAsync("ledger", "statement");
        Assert.Contains("\"cogs\":\"20\"", Assert.Single(json.Output), StringComparison.Ordinal);
    }

    private static BigInteger Cogs(JsonElement one) => BigInteger.Parse(one.GetProperty("cogs").GetString()!, CultureInfo.InvariantCulture);

    private static async Task<JsonElement> CommandAsync(GatewayProcess gateway, params string[] arguments)
    {
        CommandResult result = await gateway.RunCommandAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Everything);
        return JsonSerializer.Deserialize<JsonElement>(Assert.Single(result.Output));
    }

    /// <summary>`claims run` at the gateway of a configuration file.</summary>
    private static async Task RunClaimsAsync(string file)
    {
        await using var run = ChildProcess.Start(GatewayProcess.Program, ["claims", "run", "--config", file]);
        Assert.True(await run.WaitForExitAsync() == 0, run.RecentOutput);
    }

    private static Task AlertAsync(GatewayProcess gateway, string rule) => Eventually.TrueAsync(
        $"the alert {rule} fires",
        () => Task.FromResult(gateway.Log.Any(line => line.EventId == 1720 && line.Values["Alert"] == rule)));

    /// <summary>Has it claim now, until the contract shows the nonce.</summary>
    private static async Task ClaimAsync(GatewayProcess gateway, Func<Task<ChainChannel>> read, int nonce = 1) =>
        await Eventually.TrueAsync("it is claimed", async () =>
        {
            await gateway.RunCommandAsync("claims", "run"); // the chain may not have been followed yet
            return (await read()).Nonce == nonce;
        });

    /// <summary>Makes the claims final, and returns the line that says what they paid.</summary>
    private async Task<GatewayLogLine> FinishAsync(GatewayProcess gateway)
    {
        await _chain.MineAsync(70);
        await Eventually.TrueAsync("it is final", async () =>
        {
            await gateway.RunCommandAsync("claims", "run");
            return gateway.Log.Any(line => line.EventId == 3104);
        });
        return gateway.Log.First(line => line.EventId == 3104);
    }

    /// <summary>What the contract holds for the provider.</summary>
    private async Task<BigInteger> BalanceAsync(string? escrow = null)
    {
        JsonElement result = await _chain.RpcAsync(
            "eth_call",
            new
            {
                to = escrow ?? _chain.State.MultiPartyEscrow,
                data = $"0x27e235e3{Provider.Address[2..].ToLowerInvariant().PadLeft(64, '0')}",
            },
            "latest");
        return BigInteger.Parse("0" + result.GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private Dictionary<string, string> WithKey()
    {
        string json = new KeyStoreScryptService().EncryptAndGenerateKeyStoreAsJson(
            Password, Convert.FromHexString(Provider.PrivateKey[2..]), Provider.Address,
            new ScryptParams { Dklen = 32, N = 2, R = 1, P = 8 });
        return new()
        {
            ["SnetGateway:Claims:Signers:main:KeyPath"] = Write("payee.json", json),
            ["SnetGateway:Claims:Signers:main:PasswordPath"] = Write("payee.password", Password + "\n"),
            ["SnetGateway:Claims:ValueCogs"] = "10",
            ["SnetGateway:Prepaid:SecretPath"] = Write("secret", "the secret of the tokens of these tests"),
            ["SnetGateway:Services:claims:ParallelVouchers"] = "true",
        };
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    private ClientJob Say(GatewayProcess gateway, ChainChannel channel) => new()
    {
        Endpoint = gateway.Endpoint,
        Method = "example.Echo/Say",
        Requests = [new { text = "hello" }],
        Payment = ClientPayment.From(_chain.State, channel, 10) with { FromState = true },
    };

    private async Task PayAsync(GatewayProcess gateway, ChainChannel channel, int calls)
    {
        IReadOnlyList<CallReport> paid = await _client.RunAsync(Say(gateway, channel) with { Calls = calls });
        Assert.All(paid, call => Assert.True(call.Code == 0, $"{call.Code}: {call.Details}"));
    }

    private Task<GatewayProcess> StartAsync(Dictionary<string, string> options) => GatewayProcess.StartAsync(
        new GatewaySettings(_chain.State, new MarketService("claims", _service.Address) { Price = 10 }) { Options = options });
}
