using System.Net;
using System.Net.Http.Headers;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Faults;

[Collection(FaultMarketFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class FloodTests(FaultMarketFixture market, ITestOutputHelper output)
{
    private const long Price = 10;
    private const int ReadsPerSecond = 4;
    private const int Flood = 500;
    private const int ForeignChannels = 60;

    [Fact]
    [Rule(10)]
    public async Task FloodOfRandomIdsAndOthersChannels_CostsAtMostTheReadBudget_AndAKnownPartyIsServed()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        await using ChainRelay relay = await ChainRelay.StartAsync(market.Chain.State.RpcUrl);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(
            new GatewaySettings(
                market.Chain.State, new MarketService("echo", market.Service(ExampleLanguage.JavaScript).Address) { Price = Price })
            {
                ChainUrl = relay.Url,
                Options = new Dictionary<string, string> { ["SnetGateway:Chain:ReadsPerSecond"] = $"{ReadsPerSecond}" },
            });
        ChainChannel honest = await market.Chain.OpenChannelAsync(10);
        PayingSession client = market.Client(ClientStack.Node);
        CallReport first = await client.CallAsync(market.Say(gateway, honest, Price));
        Assert.True(first.Code == 0, $"{first.Code}: {first.Details}");
        var foreign = new List<ChainChannel>();
        for (int i = 0; i < ForeignChannels; i++)
        {
            foreign.Add(await market.Chain.OpenChannelAsync(1, recipient: "provider2"));
        }

        using var http =
            new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        int readings = relay.ChannelRequests;
        long start = TimeProvider.System.GetTimestamp();
        Task<int[]> flood = FloodAsync(http, gateway, foreign, new Random(seed));

        // A known channel, which needs a read that only the known parties' half of the budget can serve.
        await market.Chain.AddFundsAsync(honest.Id, 10);
        CallReport topUp = await client.CallAsync(market.Say(gateway, honest, Price));
        int[] codes = await flood;
        int spent = relay.ChannelRequests - readings;
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;

        output.WriteLine($"{spent} requests in {seconds:0.0} s");
        Assert.True(topUp.Code == 0, $"{topUp.Code}: {topUp.Details}");
        Assert.All(codes, code => Assert.Contains(code, new[] { 13, 14, 16 }));

        // A second's worth may have been saved up, and there is a rounding at each end.
        Assert.InRange(spent, 1, (ReadsPerSecond * (seconds + 1)) + 2);
    }

    private async Task<int[]> FloodAsync(HttpClient http, GatewayProcess gateway, List<ChainChannel> foreign, Random random)
    {
        var stranger = PrivateKey.Parse(market.Chain.State.Accounts["stranger"].PrivateKey);
        var escrow = Address.Parse(market.Chain.State.MultiPartyEscrow);
        IEnumerable<Task<int>> calls = Enumerable.Range(0, Flood).Select(i =>
        {
            UInt256 id = i % 2 == 0
                ? UInt256.FromUInt64((ulong)random.NextInt64(1_000_000, long.MaxValue))
                : UInt256.Parse(foreign[i / 2 % foreign.Count].Id.ToString());
            return CallAsync(http, gateway, stranger, escrow, id);
        });
        return await Task.WhenAll(calls);
    }

    private static async Task<int> CallAsync(HttpClient http, GatewayProcess gateway, PrivateKey key, Address escrow, UInt256 id)
    {
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, escrow, new ChannelId(id), new ChannelNonce(UInt256.Zero), UInt256.FromUInt64(Price));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{gateway.Endpoint}/example.Echo/Say")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content =
                new ByteArrayContent(Wire.Frame(string.Empty)) { Headers = { ContentType = new MediaTypeHeaderValue(Wire.ContentType) } },
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation("snet-payment-type", "escrow");
        request.Headers.TryAddWithoutValidation("snet-payment-channel-id", id.ToString());
        request.Headers.TryAddWithoutValidation("snet-payment-channel-nonce", "0");
        request.Headers.TryAddWithoutValidation(
            "snet-payment-channel-amount", Price.ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("snet-payment-channel-signature-bin", Convert.ToBase64String(key.SignMessage(message)));
        using HttpResponseMessage response = await http.SendAsync(request);
        return (await GrpcReply.ReadAsync(response)).Status;
    }
}
