using System.Text.Json;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>Prepaid calls on the real contract, by grpc-js and python3-grpcio, on each store.</summary>
[Collection(GatewayFixture.Tokens)]
[Trait("Needs", "chain")]
public sealed class PrepaidCallTests(GatewayFixture market)
{
    private const string Host = "javascript.market";

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Plan_IsUsedUp_AndRefusedWithTheReferencesText(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        await UseUpAsync(market.Gateway, stack, channel);

        // More can be bought, beside an escrow call.
        CallReport escrow = await market.Client(stack).CallAsync(market.Say(channel));
        Assert.True(escrow.Code == 0, escrow.Details);
        PrepaidReport more = (await AskAsync(market.Gateway, stack, channel, 50)).Prepaid!;
        Assert.Equal((40, 30), (more.Planned, more.Used));
        Assert.Equal(0, (await market.Client(stack).CallAsync(Call(market.Gateway, channel, 50))).Code);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task FailureOfTheService_CostsNothing(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        ClientJob failing = Call(market.Gateway, channel, 10) with
        {
            Requests = [new { failure = new { code = 5, message = "no such thing" } }], Calls = 3,
        };
        Assert.All(await market.Client(stack).RunAsync(failing), call => Assert.Equal((5, "no such thing"), (call.Code, call.Details)));
        PrepaidReport plan = (await AskAsync(market.Gateway, stack, channel, 10)).Prepaid!;
        Assert.Equal((10, 0), (plan.Planned, plan.Used));
        Assert.Equal(0, (await market.Client(stack).CallAsync(Call(market.Gateway, channel, 10))).Code);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task SixtyFourConcurrentCalls_AllThatWereBoughtAreGranted_AndNoneMore(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        IReadOnlyList<CallReport> calls = await market.Client(stack).RunAsync(
            Call(market.Gateway, channel, 640) with { Calls = 64, Parallel = 64 });
        Assert.All(calls, call => Assert.True(call.Code == 0, call.Details));

        calls = await market.Client(stack).RunAsync(Call(market.Gateway, channel, 680) with { Calls = 64, Parallel = 64 });
        Assert.Equal(4, calls.Count(call => call.Code == 0));
        Assert.All(calls.Where(call => call.Code != 0), call => Assert.Equal((13, Exceeded(channel)), (call.Code, call.Details)));
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task ConcurrentRequestsForATotal_AreAllAnswered_AndItIsPlannedOnce(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        IReadOnlyList<CallReport> tokens = await market.Client(stack).RunAsync(Ask(market.Gateway, channel, 70) with { Calls = 16 });
        Assert.All(tokens, reply => Assert.True(reply.Code == 0, reply.Details));
        Assert.All(tokens, reply => Assert.Equal((70, 0), (reply.Prepaid!.Planned, reply.Prepaid.Used)));
    }

    /// <summary>Also when the calls and the purchases of one plan go to three replicas at the same time.</summary>
    [Fact]
    [Trait("Needs", "etcd")]
    public async Task OnEtcd_ThreeReplicasShareThePlan()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        await ShareAsync(new Dictionary<string, string>
        {
            ["SnetGateway:Ledger:Store"] = "etcd",
            ["SnetGateway:Ledger:Etcd:Endpoints:0"] = etcd.Endpoint,
        }, ClientStack.Node, ClientStack.Python);
    }

    [Fact]
    [Trait("Needs", "redis")]
    public async Task OnRedis_ThreeReplicasShareThePlan()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await ShareAsync(new Dictionary<string, string>
        {
            ["SnetGateway:Ledger:Store"] = "redis",
            ["SnetGateway:Ledger:Redis:Endpoint"] = redis.Endpoint,
        });
    }

    [Fact]
    public async Task Restart_KeepsThePlan_AndTheTokenStaysValid_UntilTheClaim()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await StartAsync(market.Prepaid());
        string token = (await AskAsync(gateway, ClientStack.Node, channel, 30)).Prepaid!.Token;
        ClientJob job = Call(gateway, channel, 30, token);
        Assert.Equal(0, (await market.Client(ClientStack.Node).CallAsync(job)).Code);
        await gateway.KillAsync();
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        IReadOnlyList<CallReport> calls = await market.Client(ClientStack.Python).RunAsync(job with { Calls = 3 });
        Assert.Equal([0, 0, 13], calls.Select(call => call.Code));

        // After a claim of less than the plan, the token is worth nothing, and the rest of the plan is not carried over.
        Assert.Equal(0, (await AskAsync(gateway, ClientStack.Node, channel, 100)).Code);
        ChannelStateReport state = await market.StateAsync(gateway, ClientStack.Node, channel);
        await market.Chain.ClaimAsync(channel.Id, state.SignedAmount!.Value, state.Signature);
        await Eventually.TrueAsync("the claim was seen", async () =>
            (await market.Client(ClientStack.Node).CallAsync(job)).Details == "incorrect payment channel nonce, latest: 1, sent: 0");
        channel = await market.Chain.GetChannelAsync(channel.Id);
        CallReport first = await AskAsync(gateway, ClientStack.Python, channel, 20);
        Assert.True(first.Code == 0, first.Details);
        Assert.Equal((20, 0), (first.Prepaid!.Planned, first.Prepaid.Used));

        Assert.Equal(0, await gateway.StopAsync());
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
        CommandResult channels = await gateway.RunCommandAsync("channels", "--json");
        JsonElement row = JsonSerializer.Deserialize<JsonElement>(Assert.Single(channels.Output));
        Assert.Equal(("20", "0"), (row.GetProperty("planned").GetString(), row.GetProperty("used").GetString()));
        CommandResult story = await gateway.RunCommandAsync("ledger", "explain", $"{channel.Id}");
        Assert.Contains("30 cogs bought for prepaid calls: 30 signed at nonce 0", story.Everything, StringComparison.Ordinal);
        Assert.Contains("prepaid /example.Echo/Say 1 times for 10 cogs: 10 of 30 used", story.Everything, StringComparison.Ordinal);
        Assert.Contains(" of 100 cogs used", story.Everything, StringComparison.Ordinal);
    }

    private static string Exceeded(ChainChannel channel) => $"internal error: Usage Exceeded on channel Id {channel.Id}";

    private async Task ShareAsync(Dictionary<string, string> ledger, params ClientStack[] stacks)
    {
        foreach ((string key, string value) in market.Prepaid())
        {
            ledger[key] = value;
        }

        GatewayProcess[] replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync(ledger)));
        try
        {
            foreach (ClientStack stack in stacks)
            {
                await UseUpAsync(replicas[0], stack, await market.Chain.OpenChannelAsync(1_000));
            }

            await ShareAsync(replicas, await market.Chain.OpenChannelAsync(1_000));
            CommandResult verified = await replicas[0].RunCommandAsync(
            [
                "ledger", "verify",
                .. replicas.SelectMany(gateway => new[] { "--journal", Path.Combine(gateway.Folder, "data", "journal") }),
            ]);
            Assert.True(verified.ExitCode == 0, verified.Everything);
        }
        finally
        {
            await Task.WhenAll(replicas.Select(gateway => gateway.DisposeAsync().AsTask()));
        }
    }

    private async Task ShareAsync(GatewayProcess[] replicas, ChainChannel channel)
    {
        // A purchase for each replica at the same time: the total is planned once.
        IReadOnlyList<CallReport>[] bought = await RunOnAllAsync(replicas, gateway => Ask(gateway, channel, 640) with { Calls = 4 });
        CallReport[] replies = [.. bought.SelectMany(one => one)];
        Assert.All(replies, reply => Assert.True(reply.Code == 0, reply.Details));
        Assert.All(replies, reply => Assert.Equal((640, 0), (reply.Prepaid!.Planned, reply.Prepaid.Used)));

        string token = replies[0].Prepaid!.Token;
        IReadOnlyList<CallReport>[] all = await RunOnAllAsync(
            replicas, gateway => Call(gateway, channel, 640, token) with { Calls = 20, Parallel = 20 });
        Assert.All(all.SelectMany(calls => calls), call => Assert.True(call.Code == 0, call.Details));

        // Four calls are left.
        all = await RunOnAllAsync(replicas, gateway => Call(gateway, channel, 640, token) with { Calls = 22, Parallel = 22 });
        CallReport[] last = [.. all.SelectMany(calls => calls)];
        Assert.Equal(4, last.Count(call => call.Code == 0));
        Assert.All(last.Where(call => call.Code != 0), call => Assert.Equal((13, Exceeded(channel)), (call.Code, call.Details)));
    }

    private static Task<IReadOnlyList<CallReport>[]> RunOnAllAsync(GatewayProcess[] replicas, Func<GatewayProcess, ClientJob> job) =>
        Task.WhenAll(replicas.Select(gateway => PayingClient.RunAsync(ClientStack.Node, job(gateway))));

    /// <summary>A plan of three calls: the fourth is refused.</summary>
    private async Task UseUpAsync(GatewayProcess gateway, ClientStack stack, ChainChannel channel)
    {
        CallReport asked = await AskAsync(gateway, stack, channel, 30);
        Assert.True(asked.Code == 0, asked.Details);
        Assert.Equal((30, 0), (asked.Prepaid!.Planned, asked.Prepaid.Used));
        IReadOnlyList<CallReport> calls = await market.Client(stack).RunAsync(Call(gateway, channel, 30) with { Calls = 4 });
        Assert.Equal([0, 0, 0, 13], calls.Select(call => call.Code));
        Assert.All(calls.Take(3), call => Assert.Equal(["hello"], call.Texts));
        Assert.Equal(Exceeded(channel), calls[3].Details);
        PrepaidReport used = (await AskAsync(gateway, stack, channel, 30)).Prepaid!;
        Assert.Equal((30, 30), (used.Planned, used.Used));
    }

    private ClientJob Ask(GatewayProcess gateway, ChainChannel channel, long amount) => new()
    {
        Endpoint = gateway.Endpoint,
        Authority = Host,
        Prepaid = ClientPrepaid.From(market.Chain.State, channel, amount),
    };

    private Task<CallReport> AskAsync(GatewayProcess gateway, ClientStack stack, ChainChannel channel, long amount) =>
        market.Client(stack).CallAsync(Ask(gateway, channel, amount));

    private ClientJob Call(GatewayProcess gateway, ChainChannel channel, long amount, string? token = null)
    {
        ClientJob job = Ask(gateway, channel, amount);
        return job with
        {
            Method = "example.Echo/Say", Requests = [new { text = "hello" }], Prepaid = job.Prepaid! with { Token = token },
        };
    }

    private Task<GatewayProcess> StartAsync(Dictionary<string, string> options) => GatewayProcess.StartAsync(new GatewaySettings(
        market.Chain.State, new MarketService("prepaid", market.Service(ExampleLanguage.JavaScript).Address) { Price = 10 })
    {
        Options = options,
    });
}
