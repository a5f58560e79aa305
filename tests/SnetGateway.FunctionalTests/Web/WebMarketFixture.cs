using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Web;

/// <summary>A gateway in front of a Node and a Python service, which a web client selects by host.</summary>
public sealed class WebMarketFixture : MarketFixture
{
    public const string Collection = "Web clients on the real contract";
    public const string NodeHost = "127.0.0.1";
    public const string PythonHost = "localhost";
    public const long Price = 10;

    private ExampleServiceProcess? _python;

    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>The gateway's address with one of the hosts.</summary>
    public string Endpoint(string host) => $"{host}:{Gateway.Endpoint[(Gateway.Endpoint.LastIndexOf(':') + 1)..]}";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _python = await ExampleServiceProcess.StartPythonAsync();
        Gateway = await GatewayProcess.StartAsync(new GatewaySettings(
            Chain.State,
            new MarketService("node", Service(ExampleLanguage.JavaScript).Address) { Hosts = [NodeHost], Price = Price },
            new MarketService("python", _python.Address) { Hosts = [PythonHost], Price = Price })
        {
            Options = new Dictionary<string, string>
            {
                ["SnetGateway:Services:node:Heartbeat:Kind"] = "grpc",
                ["SnetGateway:Backends:Clusters:node:Descriptors:ProtoFolder"] = Repository.Existing(
                    "samples/proto", "the checkout is incomplete"),
            },
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
            if (_python is not null)
            {
                await _python.DisposeAsync();
            }

            await base.DisposeAsync();
        }
    }

    [CollectionDefinition(Collection)]
    public sealed class Definition : ICollectionFixture<WebMarketFixture>;
}
