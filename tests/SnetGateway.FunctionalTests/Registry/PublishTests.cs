using System.Globalization;
using System.Numerics;
using System.Text.Json;
using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.Gateway.ServiceMetadata.Protos;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Registry;

/// <summary>From nothing to a published, paid service with one tool, on the real Registry contract.</summary>
[Trait("Needs", "chain")]
public sealed class PublishTests(MarketFixture market) : IClassFixture<MarketFixture>, IAsyncLifetime
{
    private const string Organization = "neworg", Service = "echo";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-publish-");
    private IpfsServer _ipfs = null!;

    private ChainState State => market.Chain.State;

    private string Payee => State.Accounts["provider"].Address;

    private MarketService Echo => new(Service, market.Service(ExampleLanguage.JavaScript).Address) { Price = 10 };

    private string KeyFile => Path.Combine(_folder.FullName, "key");

    public async ValueTask InitializeAsync()
    {
        _ipfs = await IpfsServer.StartAsync();
        await File.WriteAllTextAsync(KeyFile, State.Accounts["provider"].PrivateKey);
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await _ipfs.DisposeAsync();
    }

    [Fact]
    public async Task OrganizationAndService_ArePublishedAndServedByTheirIds()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(Settings(Echo));
        string groupId = await CreateOrganizationAsync(gateway, Organization);

        // The service is configured in full, published, and from then on needs its ids only.
        await using GatewayProcess configured = await GatewayProcess.StartAsync(Configured(Organization, groupId));
        string protos = RepositoryFiles.PathOf("samples/proto");
        string[] publish = ["service", "publish", Service, "--endpoint", $"http://{configured.Endpoint}", "--protos", protos];
        string difference = (await SucceedsAsync(configured, publish)).Everything;
        Assert.Contains("+ groups[0].pricing[0].price_in_cogs: 10", difference, StringComparison.Ordinal);
        Assert.Contains("Nothing was sent", difference, StringComparison.Ordinal);
        await SucceedsAsync(configured, [.. publish, "--yes", "--key-file", KeyFile]);
        Assert.Contains("Nothing to do", (await SucceedsAsync(configured, publish)).Everything, StringComparison.Ordinal);

        // The archive is what the document names, and has the files of the folder.
        string archive = difference.Split("service_api_source: \"ipfs://")[1].Split('"')[0];
        using var http = new HttpClient();
        byte[] packed = await http.GetByteArrayAsync(new Uri(_ipfs.Address, $"ipfs/{archive}"), TestContext.Current.CancellationToken);
        IReadOnlyDictionary<string, byte[]> files = await ProtoArchive.ReadAsync(packed, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(protos, "example.proto")), files["example.proto"]);

        await using GatewayProcess served = await GatewayProcess.StartAsync(ByItsIds(Organization, groupId));
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000, group: groupId);
        CallReport call = await market.Client(ClientStack.Node).CallAsync(
            market.Say(served, channel, 10) with { Authority = configured.Endpoint });
        Assert.True(call.Code == 0, call.Details);

        // A new price in the configuration is a difference of one line.
        CommandResult changed = await configured.RunCommandAsync([.. publish, $"--SnetGateway:Services:{Service}:Price:Cogs=25"]);
        Assert.Contains("- groups[0].pricing[0].price_in_cogs: 10", changed.Everything, StringComparison.Ordinal);
        Assert.Contains("+ groups[0].pricing[0].price_in_cogs: 25", changed.Everything, StringComparison.Ordinal);
    }

    /// <summary>npm's SDK finds organisation and service in the Registry and on IPFS, as the commands wrote them.</summary>
    [Fact]
    public async Task PublicSdk_ReadsWhatWasPublished_OpensItsChannel_AndPays()
    {
        const string OfSdk = "sdkorg", Account = "thirdParty";
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(Settings(Echo));
        string groupId = await CreateOrganizationAsync(gateway, OfSdk);

        // One gateway at one address: configured in full to publish, and from then on by its ids alone.
        await using GatewayProcess served = await GatewayProcess.StartAsync(Configured(OfSdk, groupId));
        await SucceedsAsync(
            served, "service", "publish", Service, "--endpoint", $"http://{served.Endpoint}", "--protos",
            RepositoryFiles.PathOf("samples/proto"), "--yes", "--key-file", KeyFile);
        Assert.Equal(0, await served.StopAsync());
        served.Settings = ByItsIds(OfSdk, groupId);
        await served.StartAgainAsync();
        await served.WaitUntilReadyAsync();

        IReadOnlyList<JsonElement> calls = await SdkProgram.RunAsync(
            market.Chain, served,
            new
            {
                account = Account,
                concurrency = false,
                ipfs = _ipfs.Address.ToString().TrimEnd('/'),
                organizationId = OfSdk,
                serviceId = Service,
            },
            SdkProgram.Node, "one", "two");

        Assert.All(calls, call => Assert.True(call.GetProperty("code").GetInt32() == 0, call.GetRawText()));
        Assert.Equal(["one", "two"], calls.Select(call => call.GetProperty("text").GetString()));
        CommandResult channels = await served.RunCommandAsync("channels", "--json");
        JsonElement row = Assert.Single(channels.Output.Select(line => JsonSerializer.Deserialize<JsonElement>(line)));
        Assert.Equal("20", row.GetProperty("authorised").GetString());
        ChainChannel channel = await market.Chain.GetChannelAsync(
            BigInteger.Parse(row.GetProperty("channel").GetString()!, CultureInfo.InvariantCulture));
        Assert.Equal(
            (State.Accounts[Account].Address, Payee, groupId),
            (channel.Sender, channel.Recipient, Convert.ToBase64String(Convert.FromHexString(channel.GroupIdHex[2..]))));
    }

    /// <summary>Creates an organisation, which is sent with --yes only, and once only.</summary>
    /// <returns>The id of its group.</returns>
    private async Task<string> CreateOrganizationAsync(GatewayProcess gateway, string organization)
    {
        string[] create = ["organization", "create", organization, "--payment-address", Payee, "--expiration-threshold", "100"];
        CommandResult dry = await SucceedsAsync(gateway, create);
        Assert.Contains($"+ groups[0].payment.payment_address: \"{Payee}\"", dry.Everything, StringComparison.Ordinal);
        Assert.NotEqual(0, (await gateway.RunCommandAsync("organization", "show", organization)).ExitCode);
        await SucceedsAsync(gateway, [.. create, "--yes", "--key-file", KeyFile]);
        Assert.NotEqual(0, (await gateway.RunCommandAsync([.. create, "--yes", "--key-file", KeyFile])).ExitCode);
        string shown = (await SucceedsAsync(gateway, "organization", "show", organization)).Everything;
        return shown.Split("\"group_id\": \"")[1].Split('"')[0];
    }

    private static async Task<CommandResult> SucceedsAsync(GatewayProcess gateway, params string[] arguments)
    {
        CommandResult result = await gateway.RunCommandAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Everything);
        return result;
    }

    private GatewaySettings Configured(string organization, string groupId) => Settings(Echo with { Group = "new" }) with
    {
        MoreGroups = new Dictionary<string, MarketGroup> { ["new"] = new(groupId, Payee) { OrganizationId = organization } },
    };

    private GatewaySettings ByItsIds(string organization, string groupId) => Settings(Echo with { FromMetadata = true }) with
    {
        Chain = State with { OrganizationId = organization, GroupIdBase64 = groupId },
    };

    private GatewaySettings Settings(MarketService service) => new(State, service)
    {
        Options = new Dictionary<string, string>
        {
            ["SnetGateway:Registry:Address"] = State.Registry,
            ["SnetGateway:Registry:Interval"] = "00:00:01",
            ["SnetGateway:Registry:Ipfs:Apis:0"] = _ipfs.Address.ToString(),
            ["SnetGateway:Registry:Ipfs:Gateways:0"] = _ipfs.Address.ToString(),
        },
    };
}
