using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class CallKindTests(GatewayFixture market)
{
    public static TheoryData<ClientStack, ExampleLanguage, string, string[]> Kinds()
    {
        var data = new TheoryData<ClientStack, ExampleLanguage, string, string[]>();
        foreach (ClientStack stack in Enum.GetValues<ClientStack>())
        {
            foreach (ExampleLanguage language in Enum.GetValues<ExampleLanguage>())
            {
                data.Add(stack, language, "Say", ["hello"]);
                data.Add(stack, language, "Count", ["hello", "hello", "hello"]);
                data.Add(stack, language, "Gather", ["hello market"]);
                data.Add(stack, language, "Talk", ["hello", "market"]);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Call_OfEachKind_IsPaidAndAnswered(ClientStack stack, ExampleLanguage language, string method, string[] answers)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        ClientJob job = market.Say(channel, GatewayFixture.HostOf(language)) with
        {
            Method = $"example.Echo/{method}",
            Requests = method is "Gather" or "Talk" ? [new { text = "hello" }, new { text = "market" }] : [new { text = "hello" }],
            Calls = 2,
        };

        IReadOnlyList<CallReport> calls = await market.Client(stack).RunAsync(job);

        Assert.All(calls, call => Assert.True(call.Code == 0, $"{call.Code}: {call.Details}"));
        Assert.All(calls, call => Assert.Equal(answers, call.Texts));
        Assert.All(calls, call => Assert.Equal(market.Service(language).Name, call.Messages[0].GetProperty("instance").GetString()));
        Assert.Equal([10, 20], calls.Select(call => call.Amount!.Value));
        ChannelStateReport state = await market.StateAsync(market.Gateway, stack, channel);
        Assert.Equal(0, state.Nonce);
        Assert.Equal(20, state.SignedAmount);
        Assert.Equal(2 + (2 * 65), state.Signature!.Length);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task FailureOfTheService_ReachesTheClientUntouched_AndCostsNothing(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1000);
        ClientJob job = market.Say(channel) with
        {
            Requests = [new { failure = new { code = 5, message = "no such thing" }, trailingMetadata = new Dictionary<string, string>
            {
                ["x-why"] = "because",
            } }],
        };

        CallReport failed = await market.Client(stack).CallAsync(job);
        CallReport paid = await market.Client(stack).CallAsync(market.Say(channel));

        Assert.Equal((5, "no such thing"), (failed.Code, failed.Details));
        Assert.Equal("because", failed.Trailers!["x-why"].Single());
        Assert.Equal((0, 10), (paid.Code, (int)paid.Amount!.Value));
    }
}
