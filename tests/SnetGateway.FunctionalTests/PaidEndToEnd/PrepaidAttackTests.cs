using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>Tokens that were not issued for the call, and signed totals that are used twice: one grant for each payment.</summary>
[Collection(GatewayFixture.Tokens)]
[Trait("Needs", "chain")]
public sealed class PrepaidAttackTests(GatewayFixture market)
{
    private const string Host = "javascript.market";
    private const string Invalid = "internal error: token signature is invalid: signature is invalid";

    /// <summary>Who knows the secret of the gateway can change a token; who does not, cannot.</summary>
    [Theory]
    [InlineData("""{ "amount": "500" }""", false, Invalid)]
    [InlineData("""{ "exp": 99999999999 }""", false, Invalid)]
    [InlineData("{}", true, null)]
    [InlineData("""{ "exp": 1700000000 }""", true, "internal error: token has invalid claims: token is expired")]
    [InlineData("""{ "nbf": 99999999999 }""", true, "internal error: token has invalid claims: token is not valid yet")]
    [InlineData(
        """{ "orgId": "another" }""", true, "internal error: organization another is not associated with this Daemon")]
    [InlineData("""{ "groupId": "another" }""", true, "internal error: groupId another is not associated with this Daemon")]
    [InlineData(
        """{ "payload": "999" }""", true, "internal error: payload 999 used to generate the Token doesnt match expected values")]
    [InlineData("""{ "amount": null }""", true, "internal error: token has invalid claims: request a new token")]
    [InlineData("""{ "nonce": "-1" }""", true, "internal error: token has invalid claims: request a new token")]
    [InlineData("""{ "nonce": "1" }""", true, "incorrect payment channel nonce, latest: 0, sent: 1")]
    [InlineData(
        """{ "userAddress": "0x00000000000000000000000000000000000000AB" }""", true, "payment is not signed by channel signer")]
    [InlineData("""{ "amount": "1001" }""", true, "not enough tokens on payment channel, channel amount: 1000, payment amount: 1001")]
    public async Task ChangedToken_IsRefused_AndThePlanIsWhole(string claims, bool hasSecret, string? fault)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        string secret = hasSecret ? GatewayFixture.Secret : "another secret of 32 bytes or more";
        string token = Change(await BuyAsync(channel, 10), claims, secret);
        CallReport call = await PayAsync(channel, token);
        Assert.Equal(fault, call.Code == 0 ? null : call.Details);
        if (fault is not null)
        {
            Assert.Equal(0, (await PayAsync(channel, await BuyAsync(channel, 10))).Code);
        }
    }

    [Fact]
    public async Task TokenOfAnotherGroup_OrChannel_OrGateway_IsRefused()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        ChainChannel other = await market.Chain.OpenChannelAsync(1_000);
        string token = await BuyAsync(channel, 10);
        Assert.Contains("is not associated with this Daemon", (await PayAsync(channel, token, "other-group.market")).Details);
        Assert.Contains("doesnt match expected values", (await PayAsync(other, token)).Details);

        await using GatewayProcess stranger = await StartAsync(market.Prepaid("the secret of another gateway of these tests"));
        Assert.Equal((13, Invalid), Outcome(await PayAsync(channel, token, gateway: stranger)));
        await using GatewayProcess without = await StartAsync([]);
        Assert.Equal(
            (3, "unexpected \"snet-payment-type\", value: \"prepaid-call\""), Outcome(await PayAsync(channel, token, gateway: without)));
        CallReport asked = await market.Client(ClientStack.Node).CallAsync(Ask(channel, 10) with { Endpoint = without.Endpoint });
        Assert.Equal((12, "the service escrow.TokenService is not offered"), Outcome(asked));
        Assert.Equal(0, (await PayAsync(channel, token)).Code);
    }

    /// <summary>A channel is of a group, and so is a token: all services of the group take it, and spend one plan.</summary>
    [Fact]
    public async Task ServicesOfTheGroup_SpendOnePlan()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        string token = await BuyAsync(channel, 10);
        IReadOnlyList<CallReport>[] calls = await Task.WhenAll(
            ((string[])["javascript.market", "csharp.market", "pair.market"]).Select(host =>
                PayingClient.RunAsync(ClientStack.Node, Call(channel, token) with { Authority = host, Calls = 4, Parallel = 4 })));
        Assert.Single(calls.SelectMany(one => one), call => call.Code == 0);
    }

    [Fact]
    public async Task TotalOfAToken_PaysNoEscrowCall_AndTheReverse()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        string token = await BuyAsync(channel, 10);
        Assert.Equal("income 0 does not equal to price 10", (await PayByEscrowAsync(channel, 10)).Details);
        Assert.Equal(0, (await PayByEscrowAsync(channel, 20)).Code);
        CallReport asked = await market.Client(ClientStack.Node).CallAsync(Ask(channel, 20));
        Assert.Equal((0, 10, 0), (asked.Code, asked.Prepaid!.Planned, asked.Prepaid.Used));
        Assert.Equal([0, 13], (await RunAsync(Call(channel, asked.Prepaid.Token) with { Calls = 2 })).Select(call => call.Code));
        Assert.Equal(13, (await PayAsync(channel, token)).Code);
    }

    /// <summary>One signed total, presented as a payment and as a purchase at the same time, at each total anew.</summary>
    [Fact]
    public async Task OneTotal_ByBothKindsConcurrently_IsGrantedOnce()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        int granted = 0;
        for (int total = 10; total <= 100; total += 10)
        {
            Task<IReadOnlyList<CallReport>> escrow = PayingClient.RunAsync(ClientStack.Node, EscrowCall(channel, total));
            IReadOnlyList<CallReport> bought = await market.Client(ClientStack.Node).RunAsync(Ask(channel, total) with { Calls = 3 });
            granted += (await escrow).Count(call => call.Code == 0);
            foreach (string token in bought.Where(reply => reply.Code == 0).Select(reply => reply.Prepaid!.Token).Distinct())
            {
                granted += (await RunAsync(Call(channel, token) with { Calls = 2, Parallel = 2 })).Count(call => call.Code == 0);
            }
        }

        Assert.Equal(10, granted);
    }

    [Fact]
    public async Task TokenOfPrepaidCalls_IsNoneOfFreeCalls_AndTheReverse()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        string token = await BuyAsync(channel, 10);
        string hex = Convert.ToHexStringLower(Encoding.ASCII.GetBytes(token));
        ClientFreeCalls user = ClientFreeCalls.From(market.Chain.State, "consumer", "javascript") with { Token = hex };
        CallReport free = await market.Client(ClientStack.Node).CallAsync(Call(channel, token) with { Prepaid = null, FreeCalls = user });
        Assert.Equal((3, "unexpected \"snet-payment-type\", value: \"free-call\""), Outcome(free));
        CallReport prepaid = await PayAsync(channel, new string('a', 65) + "_1000");
        Assert.Equal((13, "internal error: token is malformed: token contains an invalid number of segments"), Outcome(prepaid));
        Assert.Equal(0, (await PayAsync(channel, token)).Code);
    }

    private static (int Code, string Details) Outcome(CallReport call) => (call.Code, call.Details);

    /// <summary>The token with other claims, signed with this secret.</summary>
    private static string Change(string token, string claims, string secret)
    {
        string[] parts = token.Split('.');
        JsonObject payload = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        foreach ((string name, JsonNode? value) in JsonNode.Parse(claims)!.AsObject())
        {
            payload[name] = value?.DeepClone();
        }

        string text = $"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.ToJsonString()))}";
        byte[] signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(text));
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    private async Task<string> BuyAsync(ChainChannel channel, long total)
    {
        CallReport reply = await market.Client(ClientStack.Node).CallAsync(Ask(channel, total));
        Assert.True(reply.Code == 0, reply.Details);
        return reply.Prepaid!.Token;
    }

    private ClientJob Ask(ChainChannel channel, long total) => new()
    {
        Endpoint = market.Gateway.Endpoint,
        Authority = Host,
        Prepaid = ClientPrepaid.From(market.Chain.State, channel, total),
    };

    private ClientJob Call(ChainChannel channel, string token)
    {
        ClientJob job = Ask(channel, 0);
        return job with
        {
            Method = "example.Echo/Say", Requests = [new { text = "hello" }], Prepaid = job.Prepaid! with { Token = token },
        };
    }

    private ClientJob EscrowCall(ChainChannel channel, long total)
    {
        ClientJob job = market.Say(channel);
        return job with { Payment = job.Payment! with { FromState = null, Nonce = 0, Amount = total - 10, Price = 10 } };
    }

    private Task<CallReport> PayByEscrowAsync(ChainChannel channel, long total) =>
        market.Client(ClientStack.Node).CallAsync(EscrowCall(channel, total));

    private Task<IReadOnlyList<CallReport>> RunAsync(ClientJob job) => market.Client(ClientStack.Node).RunAsync(job);

    private Task<CallReport> PayAsync(ChainChannel channel, string token, string host = Host, GatewayProcess? gateway = null) =>
        market.Client(ClientStack.Node).CallAsync(
            Call(channel, token) with { Endpoint = (gateway ?? market.Gateway).Endpoint, Authority = host });

    private Task<GatewayProcess> StartAsync(Dictionary<string, string> options) => GatewayProcess.StartAsync(new GatewaySettings(
        market.Chain.State, new MarketService("prepaid", market.Service(ExampleLanguage.JavaScript).Address) { Price = 10 })
    {
        Options = options,
    });
}
