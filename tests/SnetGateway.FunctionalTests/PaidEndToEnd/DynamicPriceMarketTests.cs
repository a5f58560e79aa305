using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>
/// The sample service names its prices, on the real contract: for `Say`, which the test's copy of the protocol gives the price method.
/// </summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class DynamicPriceMarketTests(GatewayFixture market) : IDisposable
{
    private const string Say = "rpc Say(EchoRequest) returns (EchoReply)";
    private const string Import = "package example;";

    private readonly DirectoryInfo _protos = Directory.CreateTempSubdirectory("snet-priced-");

    public void Dispose() => _protos.Delete(recursive: true);

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Call_CostsWhatTheServiceNames_AndARouteMayCostSomethingElse(ClientStack stack)
    {
        await using GatewayProcess gateway = await StartAsync();
        ChainChannel channel = await market.Chain.OpenChannelAsync(100);
        PayingSession client = market.Client(stack);

        CallReport call = await client.CallAsync(market.Say(gateway, channel, price: 5)); // "hello"
        Assert.True(call.Code == 0, $"{call.Code}: {call.Details}");
        call = await client.CallAsync(market.Say(gateway, channel, price: 6));
        Assert.Equal((16, "income 6 does not equal to price 5"), (call.Code, call.Details));
        call = await client.CallAsync(market.Say(gateway, channel, price: 0) with { Requests = [new { text = "" }] });
        Assert.Equal(
            (13, "internal error: rpc error: code = InvalidArgument desc = the text is empty"), (call.Code, call.Details));
        call = await client.CallAsync(
            market.Say(gateway, channel, price: 2) with { Method = "example.Echo/Count", Requests = [new { answers = 1 }] });
        Assert.True(call.Code == 0, $"{call.Code}: {call.Details}");
        Assert.Equal(7, (int)call.Amount!.Value);
    }

    private async Task<GatewayProcess> StartAsync()
    {
        foreach (string file in (string[])["pricing.proto", "summary.proto", "example.proto"])
        {
            string text = RepositoryFiles.Read($"samples/proto/{file}");
            if (file == "example.proto")
            {
                text = text.Replace(Import, $"{Import} import \"pricing.proto\";", StringComparison.Ordinal).Replace(
                    $"{Say};", $$"""{{Say}} { option (pricing.my_method_option).estimatePriceMethod = "/example.Summary/Price"; }""",
                    StringComparison.Ordinal);
            }

            await File.WriteAllTextAsync(Path.Combine(_protos.FullName, file), text);
        }

        return await GatewayProcess.StartAsync(
            new GatewaySettings(market.Chain.State, new MarketService("echo", market.Service(ExampleLanguage.CSharp).Address) { Price = 0 })
            {
                Options = new Dictionary<string, string>
                {
                    ["SnetGateway:Services:echo:Price:Model"] = "dynamic_price",
                    ["SnetGateway:Backends:Clusters:echo:Descriptors:ProtoFolder"] = _protos.FullName,
                    ["ReverseProxy:Routes:count:ClusterId"] = "echo",
                    ["ReverseProxy:Routes:count:Match:Path"] = "/example.Echo/Count",
                    ["ReverseProxy:Routes:count:Metadata:Service"] = "echo",
                    ["ReverseProxy:Routes:count:Metadata:PriceCogs"] = "2",
                },
            });
    }
}
