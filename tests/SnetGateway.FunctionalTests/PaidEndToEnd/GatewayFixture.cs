using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>One gateway that sells several services of two groups behind one endpoint, told apart by their hosts.</summary>
public sealed class GatewayFixture : MarketFixture
{
    public const string Collection = "Gateway on the real contract";

    /// <summary>Those that take minutes have gateways of their own, beside each other.</summary>
    public const string Tokens = "Gateway of calls paid by tokens";

    /// <inheritdoc cref="Tokens"/>
    public const string Prices = "Gateway of prices that vary";

    /// <summary>Cogs a call, wherever nothing else is said.</summary>
    public const long Price = 10;

    /// <summary>Cogs for a Say of the service with prices per method.</summary>
    public const long SayPrice = 7;

    /// <summary>What prepaid tokens are signed with.</summary>
    public const string Secret = "the secret of the gateway of these tests";

    private readonly List<ExampleServiceProcess> _pair = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-gateway-");

    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>Two instances of one service, whose health is probed.</summary>
    public IReadOnlyList<ExampleServiceProcess> Pair => _pair;

    /// <summary>The options of prepaid calls, with a secret.</summary>
    public Dictionary<string, string> Prepaid(string secret = Secret)
    {
        string file = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        File.WriteAllText(file, secret);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return new() { ["SnetGateway:Prepaid:SecretPath"] = file };
    }

    public static string HostOf(ExampleLanguage language) => language == ExampleLanguage.CSharp ? "csharp.market" : "javascript.market";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (string name in (string[])["left", "right"])
        {
            _pair.Add(await ExampleServiceProcess.StartAsync(ExampleLanguage.JavaScript, name));
        }

        Uri csharp = Service(ExampleLanguage.CSharp).Address;
        Uri node = Service(ExampleLanguage.JavaScript).Address;
        string otherGroup = Convert.ToBase64String(Convert.FromHexString(Chain.State.Channels["otherGroup"].GroupIdHex[2..]));
        Gateway = await GatewayProcess.StartAsync(new GatewaySettings(
            Chain.State,
            new MarketService("csharp", csharp) { Hosts = [HostOf(ExampleLanguage.CSharp)], Price = Price },
            new MarketService("javascript", node) { Hosts = [HostOf(ExampleLanguage.JavaScript)], Price = Price },
            new MarketService(
                "by-method",
                node) { Hosts = ["by-method.market"], MethodPrices = new Dictionary<string, long> { ["/example.Echo/Say"] = SayPrice } },
            new MarketService("of-other-group", node) { Hosts = ["other-group.market"], Group = "other", Price = Price },
            new MarketService("pair", [.. _pair.Select(instance => instance.Address)])
            {
                Hosts = ["pair.market"],
                Price = Price,
                LoadBalancing = "RoundRobin",
                ProbeInterval = TimeSpan.FromSeconds(1),
            })
        {
            MoreGroups = new Dictionary<string, MarketGroup> { ["other"] = new(otherGroup, Chain.State.Accounts["provider"].Address) },
            Options = Prepaid(),
        });
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (Gateway is not null)
            {
                await Gateway.DisposeAsync();
            }
        }
        finally
        {
            foreach (ExampleServiceProcess instance in _pair)
            {
                await instance.DisposeAsync();
            }

            _folder.Delete(recursive: true);
            await base.DisposeAsync();
        }
    }

    /// <summary>A unary call of one of the services, paid from where the gateway says the channel stands.</summary>
    internal ClientJob Say(ChainChannel channel, string host = "javascript.market", long price = Price) =>
        Say(Gateway, channel, price) with { Authority = host };

    [CollectionDefinition(Collection)]
    public sealed class Definition : ICollectionFixture<GatewayFixture>;

    [CollectionDefinition(Tokens)]
    public sealed class TokensDefinition : ICollectionFixture<GatewayFixture>;

    [CollectionDefinition(Prices)]
    public sealed class PricesDefinition : ICollectionFixture<GatewayFixture>;
}
