using System.Numerics;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>A chain with the real contracts, an instance of each example service, and a paying client of each stack.</summary>
public class MarketFixture : IAsyncLifetime
{
    private readonly Dictionary<ExampleLanguage, ExampleServiceProcess> _services = [];
    private readonly Dictionary<ClientStack, PayingSession> _clients = Enum.GetValues<ClientStack>()
        .ToDictionary(stack => stack, stack => new PayingSession(stack));

    public DevChain Chain { get; private set; } = null!;

    public ExampleServiceProcess Service(ExampleLanguage language) => _services[language];

    public PayingSession Client(ClientStack stack) => _clients[stack];

    public virtual async ValueTask InitializeAsync()
    {
        Chain = await DevChain.StartAsync();
        foreach (ExampleLanguage language in Enum.GetValues<ExampleLanguage>())
        {
            _services[language] = await ExampleServiceProcess.StartAsync(language);
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (PayingSession client in _clients.Values)
        {
            await client.DisposeAsync();
        }

        foreach (ExampleServiceProcess service in _services.Values)
        {
            await service.DisposeAsync();
        }

        if (Chain is not null)
        {
            await Chain.DisposeAsync();
        }
    }

    /// <summary>A unary call that is paid from where the gateway says the channel stands.</summary>
    internal ClientJob Say(GatewayProcess gateway, ChainChannel channel, BigInteger price) => new()
    {
        Endpoint = gateway.Endpoint,
        Method = "example.Echo/Say",
        Requests = [new { text = "hello" }],
        Payment = ClientPayment.From(Chain.State, channel, price) with { FromState = true },
    };

    /// <summary>The channel as the gateway tells it to its signer.</summary>
    internal async Task<ChannelStateReport> StateAsync(GatewayProcess gateway, ClientStack stack, ChainChannel channel)
    {
        CallReport call = await Client(stack).CallAsync(
            new ClientJob { Endpoint = gateway.Endpoint, State = ClientPayment.From(Chain.State, channel, 0) });
        Assert.True(call.Code == 0, $"{call.Code}: {call.Details}");
        return call.State!;
    }
}
