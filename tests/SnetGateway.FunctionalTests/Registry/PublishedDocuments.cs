using System.Text;
using System.Text.Json.Nodes;
using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Registry;

/// <summary>The documents of the local chain's organisation and service, on its Registry and a node of IPFS.</summary>
internal sealed class PublishedDocuments(MarketFixture market, IpfsServer ipfs)
{
    /// <summary>The service's name in the configuration of <see cref="Settings"/>.</summary>
    public const string Service = "echo";

    private ChainState State => market.Chain.State;

    /// <summary>Adds a document to IPFS.</summary>
    /// <returns>Its id.</returns>
    public Task<string> AddAsync(JsonObject document) => ipfs.AddAsync(Encoding.UTF8.GetBytes(document.ToJsonString()));

    /// <summary>Adds the service's document with a price.</summary>
    /// <inheritdoc cref="AddAsync"/>
    public Task<string> AddServiceAsync(long cogs) =>
        AddAsync(MetadataSamples.Service(State.MultiPartyEscrow, State.GroupIdBase64, cogs));

    public async Task PublishServiceAsync(long cogs) => await RegisterServiceAsync(await AddServiceAsync(cogs));

    public async Task PublishServiceAsync(JsonObject document) => await RegisterServiceAsync(await AddAsync(document));

    /// <summary>Has the Registry name a document of IPFS as the service's.</summary>
    public Task RegisterServiceAsync(string id) => market.Chain.CommandAsync("set-service-uri", new { uri = $"ipfs://{id}" });

    public async Task PublishOrganizationAsync(string payee) => await market.Chain.CommandAsync("set-org-uri", new
    {
        uri = $"ipfs://{await AddAsync(MetadataSamples.Organization(State.OrganizationId, State.GroupIdBase64, payee))}",
    });

    /// <summary>A gateway with the service by its ids alone, which looks for changed metadata each second.</summary>
    /// <param name="api">The API of the IPFS node; null for the one that has the documents.</param>
    public GatewaySettings Settings(Uri? api = null) => new(
        State, new MarketService(Service, market.Service(ExampleLanguage.JavaScript).Address)
        {
            FromMetadata = true, ServiceId = State.ServiceId,
        })
    {
        Options = new Dictionary<string, string>
        {
            ["SnetGateway:Registry:Address"] = State.Registry,
            ["SnetGateway:Registry:Interval"] = "00:00:01",
            ["SnetGateway:Registry:Ipfs:Apis:0"] = (api ?? ipfs.Address).ToString(),
            ["SnetGateway:Registry:Ipfs:Gateways:0"] = ipfs.Address.ToString(),
            ["SnetGateway:Chain:PollInterval"] = "00:00:00.2",
            ["SnetGateway:Alerts:After"] = "00:00:01",
        },
    };

    /// <summary>A call whose total is known: the gateway does not give the state of a channel that pays another recipient.</summary>
    public Task<CallReport> SayOnceAsync(GatewayProcess gateway, ChainChannel channel, long total) =>
        market.Client(ClientStack.Node).CallAsync(
            market.Say(gateway, channel, total) with { Payment = ClientPayment.From(State, channel, total) });

    /// <summary>Waits for a log event.</summary>
    public static async Task<GatewayLogLine> SeesAsync(GatewayProcess gateway, int eventId)
    {
        await Eventually.TrueAsync($"event {eventId}", () => Task.FromResult(gateway.Log.Any(line => line.EventId == eventId)));
        return gateway.Log.First(line => line.EventId == eventId);
    }
}
