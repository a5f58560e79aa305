using System.Numerics;
using SnetGateway.TestKit.Market;
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

        Assert.Equal(0, await gateway.StopAsync());
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ClientFreeCalls FirstUser => ClientFreeCalls.From(market.Chain.State, "consumer", Service);

    private ClientFreeCalls SecondUser => FirstUser with { OrganizationId = OtherOrganization, GroupId = _otherGroup };

    private static (int Code, string Details) Outcome(CallReport call) => (call.Code, call.Details);

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
