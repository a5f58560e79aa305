using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>Calls of one channel at the same time, each with a voucher, on the real contract, by grpc-js and python3-grpcio.</summary>
[Collection(GatewayFixture.Prices)]
[Trait("Needs", "chain")]
public sealed class ParallelVoucherTests(GatewayFixture market)
{
    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task SixtyFourConcurrentCalls_AllAreGranted_AndTheContractPaysTheHighest(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await StartAsync();
        IReadOnlyList<CallReport> calls = await market.Client(stack).RunAsync(
            market.Say(gateway, channel, 10) with { Calls = 64, Parallel = 64 });
        Assert.All(calls, call => Assert.True(call.Code == 0, call.Details));
        ChannelStateReport state = await market.StateAsync(gateway, stack, channel);
        Assert.Equal((640, null), (state.SignedAmount, state.Credit));
        await market.Chain.ClaimAsync(channel.Id, state.SignedAmount!.Value, state.Signature);

        // At the next nonce totals begin at zero.
        channel = await market.Chain.GetChannelAsync(channel.Id);
        await Eventually.TrueAsync("the gateway sees the claim", async () =>
            (await market.StateAsync(gateway, stack, channel)).Nonce == channel.Nonce);
        calls = await market.Client(stack).RunAsync(market.Say(gateway, channel, 10) with { Calls = 8, Parallel = 8 });
        Assert.All(calls, call => Assert.True(call.Code == 0, call.Details));
        await VerifyAsync(gateway);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task FailedCalls_AreCredit_ThatALowerVoucherUses(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await StartAsync();
        ClientJob failing = market.Say(gateway, channel, 10) with
        {
            Requests = [new { failure = new { code = 5, message = "no such thing" } }], Calls = 2, Parallel = 2,
        };
        Assert.All(await market.Client(stack).RunAsync(failing), call => Assert.Equal(5, call.Code));
        CallReport third = await market.Client(stack).CallAsync(Voucher(gateway, channel, from: 20, more: 10));
        Assert.True(third.Code == 0, third.Details);
        ChannelStateReport state = await market.StateAsync(gateway, stack, channel);
        Assert.Equal((30, 20), (state.SignedAmount, state.Credit));

        Assert.Equal(0, (await market.Client(stack).CallAsync(Voucher(gateway, channel, from: 30, more: 1))).Code);
        Assert.Equal(11, (await market.StateAsync(gateway, stack, channel)).Credit);
        Assert.Equal(0, (await market.Client(stack).CallAsync(market.Say(gateway, channel, 10))).Code); // knows nothing of credit
        CallReport spent = await market.Client(stack).CallAsync(Voucher(gateway, channel, from: 20, more: 10));
        Assert.Equal((16, "income -11 does not equal to price 10"), (spent.Code, spent.Details));
        await VerifyAsync(gateway);
    }

    [Fact]
    [Trait("Needs", "etcd")]
    public async Task ThreeReplicasOnEtcd_VouchersInAnyOrder_AllAreGranted()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        Dictionary<string, string> ledger = new()
        {
            ["SnetGateway:Ledger:Store"] = "etcd",
            ["SnetGateway:Ledger:Etcd:Endpoints:0"] = etcd.Endpoint,
        };
        await using GatewayProcess one = await StartAsync(ledger);
        await using GatewayProcess two = await StartAsync(ledger);
        await using GatewayProcess three = await StartAsync(ledger);
        GatewayProcess[] replicas = [one, two, three];
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        IReadOnlyList<CallReport>[] all = await Task.WhenAll(replicas.Select((gateway, at) => PayingClient.RunAsync(
            at == 0 ? ClientStack.Python : ClientStack.Node,
            Voucher(gateway, channel, from: 200 * at, more: 10) with { Calls = 20, Parallel = 20 })));
        Assert.All(all.SelectMany(calls => calls), call => Assert.True(call.Code == 0, call.Details));
        ChannelStateReport state = await market.StateAsync(two, ClientStack.Node, channel);
        Assert.Equal((600, null), (state.SignedAmount, state.Credit));
        await VerifyAsync(one, [.. replicas.SelectMany(gateway => new[] { "--journal", Path.Combine(gateway.Folder, "data", "journal") })]);
    }

    private static async Task VerifyAsync(GatewayProcess gateway, params string[] options)
    {
        CommandResult verified = await gateway.RunCommandAsync(["ledger", "verify", .. options]);
        Assert.True(verified.ExitCode == 0, verified.Everything);
    }

    private ClientJob Voucher(GatewayProcess gateway, ChainChannel channel, long from, long more)
    {
        ClientJob job = market.Say(gateway, channel, more);
        return job with { Payment = job.Payment! with { FromState = null, Amount = from } };
    }

    private Task<GatewayProcess> StartAsync(Dictionary<string, string>? options = null) => GatewayProcess.StartAsync(new GatewaySettings(
        market.Chain.State, new MarketService("parallel", market.Service(ExampleLanguage.JavaScript).Address) { Price = 10 })
    {
        Options = new Dictionary<string, string>(options ?? []) { ["SnetGateway:Services:parallel:ParallelVouchers"] = "true" },
    });
}
