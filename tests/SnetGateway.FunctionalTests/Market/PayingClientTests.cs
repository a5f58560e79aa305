using System.Text.Json;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

[Collection(DevChainFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class PayingClientTests(DevChainFixture fixture, ExampleServicesFixture services) : IClassFixture<ExampleServicesFixture>
{
    private readonly DevChain _chain = fixture.Chain;

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Sign_Claim_IsAcceptedByTheContract(ClientStack stack)
    {
        ChainChannel channel = await _chain.OpenChannelAsync(1000);

        string signature = await PayingClient.SignAsync(stack, ClientPayment.From(_chain.State, channel, 0) with { Amount = 321 });
        await _chain.ClaimAsync(channel.Id, 321, signature);

        Assert.Equal(679, (await _chain.GetChannelAsync(channel.Id)).Value);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Payment_IsSentAsThePublicMetadata_AndGrowsWithChargedCallsOnly(ClientStack stack)
    {
        ExampleServiceProcess service = services[ExampleLanguage.JavaScript];
        ClientPayment payment = ClientPayment.From(_chain.State, _chain.State.Channels["main"], price: 7) with { Amount = 100 };
        var job = new ClientJob { Endpoint = service.Endpoint, Method = "example.Echo/Say", Requests =
        [
            new { showMetadata = true },
        ], Payment = payment, Calls = 2 };

        IReadOnlyList<CallReport> charged = await PayingClient.RunAsync(stack, job);
        IReadOnlyList<CallReport> refused =
            await PayingClient.RunAsync(stack, job with { Requests = [new { failure = new { code = 3, message = "no" } }] });

        Assert.Equal([107, 114], charged.Select(call => call.Amount!.Value));
        Assert.Equal([107, 107], refused.Select(call => call.Amount!.Value));
        var sent = charged[1].Messages[0].GetProperty("metadata").EnumerateArray()
            .ToDictionary(entry => entry.GetProperty("key").GetString()!, entry => entry.GetProperty("value").GetString()!);
        Assert.Equal("escrow", sent["snet-payment-type"]);
        Assert.Equal("0", sent["snet-payment-channel-id"]);
        Assert.Equal("0", sent["snet-payment-channel-nonce"]);
        Assert.Equal("114", sent["snet-payment-channel-amount"]);
        Assert.Equal(65, Convert.FromBase64String(sent["snet-payment-channel-signature-bin"]).Length);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Metadata_OfTheJob_ReplacesThePayments(ClientStack stack)
    {
        ExampleServiceProcess service = services[ExampleLanguage.JavaScript];

        CallReport call = await PayingClient.CallAsync(stack, new ClientJob
        {
            Endpoint = service.Endpoint,
            Method = "example.Echo/Say",
            Requests = [new { showMetadata = true }],
            Payment = ClientPayment.From(_chain.State, _chain.State.Channels["main"], price: 1),
            Metadata = new Dictionary<string, object?> { ["snet-payment-type"] = null, ["snet-payment-channel-nonce"] = "0x1" },
        });

        var sent = call.Messages[0].GetProperty("metadata").EnumerateArray()
            .ToDictionary(entry => entry.GetProperty("key").GetString()!, entry => entry.GetProperty("value").GetString()!);
        Assert.DoesNotContain("snet-payment-type", sent.Keys);
        Assert.Equal("0x1", sent["snet-payment-channel-nonce"]);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Signatures_AreThoseOfTheVectors(ClientStack stack)
    {
        using var vectors = JsonDocument.Parse(
            await File.ReadAllTextAsync(Repository.Existing("tests/vectors/payment-signatures.json", "the checkout is incomplete")));
        JsonElement vector = vectors.RootElement.GetProperty("cases").EnumerateArray().First();

        string signature = await PayingClient.SignAsync(stack, new ClientPayment
        {
            PrivateKey = Text("privateKey"),
            MpeAddress = Text("mpeAddress"),
            ChannelId = Number("channelId"),
            Nonce = Number("nonce"),
            Amount = Number("amount"),
        });

        Assert.Equal(Text("signature"), signature);

        string Text(string name) => vector.GetProperty(name).GetString()!;
        System.Numerics.BigInteger Number(string name) =>
            System.Numerics.BigInteger.Parse(Text(name), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Job_WithoutEndpoint_IsRefusedWithAReason(ClientStack stack)
    {
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PayingClient.RunAsync(stack, new ClientJob { Method = "example.Echo/Say" }));

        Assert.Contains("endpoint is missing", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task JobThatFails_EndsTheClientAtOnce_AndTheNextJobGetsANewOne(ClientStack stack)
    {
        await using var session = new PayingSession(stack);
        var job = new ClientJob { Endpoint = services[ExampleLanguage.JavaScript].Endpoint, Method = "example.Echo/Say" };
        ClientPayment nobodys = ClientPayment.From(_chain.State, _chain.State.Channels["main"], price: 1) with { FromState = true };

        InvalidOperationException failure =
            await Assert.ThrowsAsync<InvalidOperationException>(() => session.CallAsync(job with { Payment = nobodys }));
        CallReport after = await session.CallAsync(job);

        Assert.Contains("before it printed the awaited line", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, after.Code);
    }
}
