using System.Numerics;
using System.Text.Json.Nodes;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>
/// Two organisations in one gateway, with equal service ids, one recipient and one key of free calls. What pays at one pays nothing at the
/// other, and the control methods are those of the host.
/// </summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class OrganizationTests(GatewayFixture market) : IDisposable
{
    private const string Service = "same", One = "one.market", Two = "x.two.market", OtherOrganization = "another-org";

    private readonly string _otherGroup = Convert.ToBase64String([9, .. new byte[31]]);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-two-");

    [Fact]
    public async Task AllKinds_PayAtTheirOwnOrganization_AndAtNoOther()
    {
        await using GatewayProcess gateway = await StartAsync();
        ChainChannel first = await market.Chain.OpenChannelAsync(1_000);
        ChainChannel second = await market.Chain.OpenChannelAsync(1_000, group: _otherGroup);
        string firstToken = await BuyAsync(gateway, first, One);
        string secondToken = await BuyAsync(gateway, second, Two);

        // Escrow and prepaid: the channel and the token are those of a group and an organisation.
        string notAssociated = $"internal error: organization {market.Chain.State.OrganizationId} is not associated with this Daemon";
        Assert.Equal(notAssociated, (await PayAsync(gateway, first, firstToken, Two)).Details);
        Assert.Equal(
            $"internal error: organization {OtherOrganization} is not associated with this Daemon",
            (await PayAsync(gateway, second, secondToken, One)).Details);
        Assert.Equal(13, (await SayAsync(gateway, first, Two)).Code);
        Assert.Equal(13, (await SayAsync(gateway, second, One)).Code);
        Assert.Equal(0, (await PayAsync(gateway, first, firstToken, "ONE.market")).Code);
        Assert.Equal(0, (await PayAsync(gateway, second, secondToken, "X.TWO.market:7000")).Code);
        Assert.Equal(0, (await SayAsync(gateway, first, One)).Code);
        Assert.Equal(0, (await SayAsync(gateway, second, Two)).Code);

        // Free calls: the signature is the user's for one organisation, and so is the provider's token.
        Assert.Equal((3, 3), (await CountAsync(gateway, FirstUser, One), await CountAsync(gateway, SecondUser, Two)));
        Assert.Equal((0, 0), (await CountAsync(gateway, FirstUser, Two), await CountAsync(gateway, SecondUser, One)));
        string token = (await AskAsync(gateway, FirstUser, One)).FreeCalls!.Token;
        CallReport replayed = await FreeAsync(gateway, FirstUser with { Token = token }, Two);
        Assert.StartsWith("sign is not valid: unauthorized signer", replayed.Details, StringComparison.Ordinal);
        CallReport foreign = await FreeAsync(gateway, SecondUser with { Token = token }, Two);
        Assert.Equal((16, "token sign is not valid"), (foreign.Code, foreign.Details));
        Assert.Equal(0, (await FreeAsync(gateway, FirstUser with { Token = token }, One)).Code);
        Assert.Equal((2, 3), (await CountAsync(gateway, FirstUser, One), await CountAsync(gateway, SecondUser, Two)));

        // A host that is neither's, also in other spellings of it, has no service.
        foreach (string host in (string[])["one.market.", "two.market", "[::1]", "127.0.0.1"])
        {
            Assert.Equal((12, "unknown method"), Outcome(await SayAsync(gateway, first, host)));
        }

        await VerifyAsync(gateway);
    }

    [Fact]
    public async Task Reload_MovesServicesToTheOtherOrganization_LosesNoCall_AndTheOldOnesTokensAreRefused()
    {
        await using GatewayProcess gateway = await StartAsync();
        ChainChannel first = await market.Chain.OpenChannelAsync(1_000);
        ChainChannel second = await market.Chain.OpenChannelAsync(1_000, group: _otherGroup);
        string token = await BuyAsync(gateway, first, One);
        string free = (await AskAsync(gateway, FirstUser, One)).FreeCalls!.Token;
        ChainChannel ofStream = await market.Chain.OpenChannelAsync(1_000);
        await using ChildProcess stream = PayingClient.Start(ClientStack.Node, market.Say(gateway, ofStream, 10) with
        {
            Authority = One,
            Method = "example.Echo/Count",
            Requests = [new { text = "hello", answers = 30, gapMs = 100 }], // it outlives the reload
            AnnounceFirst = true,
        });
        await stream.WaitForLineAsync(line => line.Contains("first", StringComparison.Ordinal));

        List<CallReport> calls = [await SayAsync(gateway, first, One)];
        await SwapAsync(gateway);
        await Eventually.TrueAsync("the services have moved", async () =>
        {
            calls.Add(await SayAsync(gateway, first, One));
            return (await SayAsync(gateway, second, One)).Code == 0;
        });
        CallReport streamed = PayingClient.ReadCall(
            await stream.WaitForLineAsync(line => line.Contains("\"code\"", StringComparison.Ordinal)))!;
        Assert.Equal((0, 30), (streamed.Code, streamed.Messages.Count));

        // Every call before was paid once, and none after it.
        int paid = calls.Count(call => call.Code == 0);
        Assert.All(calls.Take(paid), call => Assert.Equal(0, call.Code));
        Assert.All(calls.Skip(paid), call => Assert.Equal(13, call.Code));
        Assert.Equal(10 * (1 + paid), (await market.StateAsync(gateway, ClientStack.Node, first)).SignedAmount);
        Assert.Equal(13, (await SayAsync(gateway, first, One)).Code);

        Assert.Equal(
            $"internal error: organization {market.Chain.State.OrganizationId} is not associated with this Daemon",
            (await PayAsync(gateway, first, token, One)).Details);
        CallReport replayed = await FreeAsync(gateway, FirstUser with { Token = free }, One);
        Assert.StartsWith("sign is not valid: unauthorized signer", replayed.Details, StringComparison.Ordinal);
        Assert.Equal(0, (await PayAsync(gateway, first, token, Two)).Code);
        Assert.Equal(0, (await FreeAsync(gateway, FirstUser with { Token = free }, Two)).Code);
        Assert.Equal((0, 2), (await CountAsync(gateway, FirstUser, One), await CountAsync(gateway, FirstUser, Two)));
        await VerifyAsync(gateway);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ClientFreeCalls FirstUser => ClientFreeCalls.From(market.Chain.State, "consumer", Service);

    private ClientFreeCalls SecondUser => FirstUser with { OrganizationId = OtherOrganization, GroupId = _otherGroup };

    private static (int Code, string Details) Outcome(CallReport call) => (call.Code, call.Details);

    private static async Task VerifyAsync(GatewayProcess gateway)
    {
        Assert.Equal(0, await gateway.StopAsync());
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
    }

    /// <summary>Each service belongs to the other organisation.</summary>
    private static async Task SwapAsync(GatewayProcess gateway)
    {
        string file = Path.Combine(gateway.Folder, "appsettings.json");
        JsonNode settings = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        JsonNode services = settings["SnetGateway"]!["Services"]!;
        services["one"]!["Group"] = "other";
        services["two"]!["Group"] = GatewaySettings.DefaultGroup;
        await File.WriteAllTextAsync(file, settings.ToJsonString());
    }

    private Task<GatewayProcess> StartAsync()
    {
        string key = Path.Combine(_folder.FullName, "key");
        File.WriteAllText(key, string.Concat(Enumerable.Repeat("11", 32)));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Dictionary<string, string> options = market.Prepaid();
        foreach (string group in (string[])[GatewaySettings.DefaultGroup, "other"])
        {
            options[$"SnetGateway:Groups:{group}:FreeCalls:SignerKeyFile"] = key;
            options[$"SnetGateway:Groups:{group}:FreeCalls:Calls"] = "3";
        }

        Uri service = market.Service(ExampleLanguage.JavaScript).Address;
        return GatewayProcess.StartAsync(new GatewaySettings(
            market.Chain.State,
            new MarketService("one", service) { ServiceId = Service, Hosts = ["One.Market"] },
            new MarketService("two", service) { ServiceId = Service, Hosts = ["*.two.market"], Group = "other" })
        {
            MoreGroups = new Dictionary<string, MarketGroup>
            {
                ["other"] = new(_otherGroup, market.Chain.State.Accounts["provider"].Address) { OrganizationId = OtherOrganization },
            },
            Options = options,
        });
    }

    private async Task<string> BuyAsync(GatewayProcess gateway, ChainChannel channel, string host)
    {
        CallReport reply = await RunAsync(gateway, host, new ClientJob { Prepaid = ClientPrepaid.From(market.Chain.State, channel, 10) });
        Assert.True(reply.Code == 0, reply.Details);
        return reply.Prepaid!.Token;
    }

    private Task<CallReport> PayAsync(GatewayProcess gateway, ChainChannel channel, string token, string host) => RunAsync(
        gateway, host, Say() with { Prepaid = ClientPrepaid.From(market.Chain.State, channel, 0) with { Token = token } });

    private Task<CallReport> SayAsync(GatewayProcess gateway, ChainChannel channel, string host) =>
        RunAsync(gateway, host, market.Say(gateway, channel, 10));

    private Task<CallReport> AskAsync(GatewayProcess gateway, ClientFreeCalls user, string host) =>
        RunAsync(gateway, host, new ClientJob { FreeCalls = user });

    private async Task<BigInteger> CountAsync(GatewayProcess gateway, ClientFreeCalls user, string host) =>
        (await AskAsync(gateway, user, host)).FreeCalls!.Available;

    private Task<CallReport> FreeAsync(GatewayProcess gateway, ClientFreeCalls user, string host) =>
        RunAsync(gateway, host, Say() with { FreeCalls = user });

    private Task<CallReport> RunAsync(GatewayProcess gateway, string host, ClientJob job) =>
        market.Client(ClientStack.Node).CallAsync(job with { Endpoint = gateway.Endpoint, Authority = host });

    private static ClientJob Say() => new() { Method = "example.Echo/Say", Requests = [new { text = "hello" }] };
}
