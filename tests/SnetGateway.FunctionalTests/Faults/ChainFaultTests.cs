using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Faults;

[Collection(FaultMarketFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class ChainFaultTests(FaultMarketFixture market)
{
    private const long Price = 10;
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(8);

    private readonly PayingSession _client = market.Client(ClientStack.Node);

    [Theory]
    [InlineData(RelayMode.Refuses)]
    [InlineData(RelayMode.IsSilent)]
    [Rule(12)]
    public async Task ChainUnreachable_KnownChannelsAreServedWithinTheBound_ThenRefused_AndRecover(RelayMode fault)
    {
        await using ChainRelay relay = await ChainRelay.StartAsync(market.Chain.State.RpcUrl);
        await using GatewayProcess gateway = await StartGatewayAsync(relay, new Dictionary<string, string>
        {
            ["SnetGateway:Chain:StalenessBound"] = s_bound.ToString("c"),
            ["SnetGateway:Chain:PollInterval"] = "00:00:00.200",
            ["SnetGateway:Chain:RequestTimeout"] = "00:00:02",
        });
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000_000);
        var payment = ClientPayment.From(market.Chain.State, channel, Price);
        CallReport call = await PayAsync();
        Assert.True(call.Code == 0, $"{call.Code}: {call.Details}");

        TimeProvider time = TimeProvider.System;
        long cut = time.GetTimestamp();
        relay.Mode = fault;
        TimeSpan lastAccepted = TimeSpan.Zero;
        await Eventually.TrueAsync("calls are refused", async () =>
        {
            TimeSpan begun = time.GetElapsedTime(cut);
            call = await PayAsync();
            if (call.Code == 0)
            {
                lastAccepted = begun;
            }

            return call.Code != 0;
        });
        TimeSpan refused = time.GetElapsedTime(cut);
        string? problem = await gateway.AskReadinessAsync();

        Assert.Equal((14, "the payment cannot be checked against the blockchain now, please try again later"), (call.Code, call.Details));
        Assert.Empty(call.Messages);
        Assert.True(lastAccepted < s_bound, $"accepted {lastAccepted} after the last answer of the chain");
        Assert.True(refused > s_bound / 2, $"refused {refused} after the chain was cut off: the bound is {s_bound}");
        Assert.Contains("chain: ", problem, StringComparison.Ordinal);

        relay.Mode = RelayMode.Answers;
        await gateway.WaitUntilReadyAsync();
        call = await PayAsync();
        Assert.True(call.Code == 0, $"{call.Code}: {call.Details}");

        async Task<CallReport> PayAsync()
        {
            CallReport made = await _client.CallAsync(market.Say(gateway, channel, Price) with { Payment = payment });
            payment = made.Code == 0 ? payment with { Amount = made.Amount } : payment;
            return made;
        }
    }

    [Fact]
    [Rule(12)]
    public async Task Restart_ChainUnreachable_IsReady_AndKnownChannelsAreServed()
    {
        await using ChainRelay relay = await ChainRelay.StartAsync(market.Chain.State.RpcUrl);
        await using GatewayProcess gateway =
            await StartGatewayAsync(relay, new Dictionary<string, string> { ["SnetGateway:Chain:RequestTimeout"] = "00:00:02" });
        ChainChannel known = await market.Chain.OpenChannelAsync(1000);
        ChainChannel unknown = await market.Chain.OpenChannelAsync(1000);
        CallReport before = await _client.CallAsync(market.Say(gateway, known, Price));

        relay.Mode = RelayMode.Refuses;
        await gateway.KillAsync();
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        CallReport after = await _client.CallAsync(
            market.Say(gateway, known, Price) with
            {
                Payment = ClientPayment.From(market.Chain.State, known, Price) with { Amount = before.Amount },
            });
        CallReport stranger = await _client.CallAsync(
            market.Say(gateway, unknown, Price) with { Payment = ClientPayment.From(market.Chain.State, unknown, Price) });

        Assert.True(after.Code == 0, $"{after.Code}: {after.Details}");
        Assert.Equal(
            (14, "the payment cannot be checked against the blockchain now, please try again later"), (stranger.Code, stranger.Details));
    }

    [Fact]
    [Rule(10)]
    public async Task PaidCalls_OfAKnownChannel_ReadNothingFromTheChain()
    {
        await using ChainRelay relay = await ChainRelay.StartAsync(market.Chain.State.RpcUrl);
        await using GatewayProcess gateway =
            await StartGatewayAsync(relay, new Dictionary<string, string> { ["SnetGateway:Chain:PollInterval"] = "00:01:00" });
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000_000);
        await _client.CallAsync(market.Say(gateway, channel, Price));
        int readings = relay.ChannelRequests;
        int before = relay.Total;

        IReadOnlyList<CallReport> calls = await _client.RunAsync(market.Say(gateway, channel, Price) with { Calls = 200 });

        Assert.All(calls, call => Assert.Equal(0, call.Code));
        Assert.Equal(readings, relay.ChannelRequests);

        // The poll ran once a minute: a handful of requests, and none because of a call.
        Assert.InRange(relay.Total - before, 0, 10);
    }

    private Task<GatewayProcess> StartGatewayAsync(ChainRelay relay, IReadOnlyDictionary<string, string> options) =>
        GatewayProcess.StartAsync(
            new GatewaySettings(
                market.Chain.State, new MarketService("echo", market.Service(ExampleLanguage.JavaScript).Address) { Price = Price })
            {
                ChainUrl = relay.Url,
                Options = options,
            });
}
