using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>A gateway process with one service on a chain, a paying client, and an operator who may control it remotely.</summary>
public class AdminMarket : IAsyncLifetime
{
    public const long Price = 10;

    private readonly HttpClient _http = new();
    private readonly PayingSession _client = new(ClientStack.Node);
    private ExampleServiceProcess _service = null!;

    public DevChain Chain { get; private set; } = null!;

    public GatewayProcess Gateway { get; private set; } = null!;

    public ChainAccount Operator => Chain.State.Accounts["provider"];

    /// <summary>More of its configuration.</summary>
    protected virtual IReadOnlyDictionary<string, string> Options { get; } = new Dictionary<string, string>();

    public virtual async ValueTask InitializeAsync()
    {
        Chain = await DevChain.StartAsync();
        _service = await ExampleServiceProcess.StartAsync(ExampleLanguage.JavaScript);
        Gateway = await GatewayProcess.StartAsync(
            new GatewaySettings(Chain.State, Services(_service.Address))
            {
                Options = new Dictionary<string, string>(Options)
                {
                    ["SnetGateway:RemoteControl:OperatorAddresses:0"] = Operator.Address,
                },
            });
    }

    public virtual async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _client.DisposeAsync();
        await Gateway.DisposeAsync();
        await _service.DisposeAsync();
        await Chain.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>What it serves, by an instance at an address.</summary>
    protected virtual MarketService[] Services(Uri instance) => [new MarketService("echo", instance) { Price = Price }];

    /// <summary>A call that is paid from where the gateway says the channel is.</summary>
    public Task<CallReport> PayAsync(ChainChannel channel, BigInteger? price = null) => _client.CallAsync(new ClientJob
    {
        Endpoint = Gateway.Endpoint,
        Method = "example.Echo/Say",
        Requests = [new { text = "hello" }],
        Payment = ClientPayment.From(Chain.State, channel, price ?? Price) with { FromState = true },
    });

    public Task<JsonElement> GetAsync(string path) => _http.GetFromJsonAsync<JsonElement>(new Uri(Gateway.Admin, "/api/v1" + path));

    public Task<string> TextAsync(string path) => _http.GetStringAsync(new Uri(Gateway.Admin, "/api/v1" + path));
}
