using System.Numerics;
using SnetGateway.EchoService.Protocol;
using SnetGateway.FunctionalTests.Adversary;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Stores;
using Xunit;
using Eventually = SnetGateway.TestKit.Processes.Eventually;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>A provider claims on the real contract with the requests of the public command line client, on each store.</summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class TreasurerTests(GatewayFixture market)
{
    [Fact]
    [Rule(2, 8)]
    public async Task Channels_AreClaimed_AndContinueAtTheNextNonce_AlsoAfterALostAnswerAndAKill()
    {
        await using GatewayProcess gateway = await StartAsync(new Dictionary<string, string>());
        ChainChannel lost = await market.Chain.OpenChannelAsync(1_000);
        ChainChannel soon = await market.Chain.OpenChannelAsync(1_000, expiresIn: 200_000);
        ChainChannel late = await market.Chain.OpenChannelAsync(1_000);
        foreach (ChainChannel channel in (ChainChannel[])[lost, soon, late])
        {
            await PayAsync(gateway, channel, 3);
        }

        Assert.Equal([$"{soon.Id}/0: 30", $"{lost.Id}/0: 30", $"{late.Id}/0: 30"], (await RunAsync(gateway, "unclaimed")).Lines);

        // A claim is started while a call runs, and the answer never reaches the payee.
        using var http = new ClientHttp();
        var executions = new ExecutionCounter(http, market.Service(ExampleLanguage.JavaScript).Address);
        CallCounts before = await executions.ReadAsync();
        Task<CallReport> running = PayingClient.CallAsync(
            ClientStack.Node, Say(gateway, lost) with { Requests = [new { text = "slow", firstDelayMs = 5_000 }] });
        await Eventually.TrueAsync("the call runs", async () => (await executions.ReadAsync()).Begun > before.Begun);
        Assert.Equal([$"{lost.Id}/0: 30"], (await RunAsync(gateway, "start", lost)).Lines);
        CallReport refused = await running;
        Assert.Equal((1000, "incorrect payment channel nonce, latest: 1, sent: 0"), (refused.Code, refused.Details));
        Assert.Empty(refused.Messages);

        // Its client asks for the state and continues; the chain shows nothing yet.
        ChannelStateReport state = await market.StateAsync(gateway, ClientStack.Node, lost);
        Assert.Equal((1, 30), ((int)state.Nonce!.Value, (int)state.OldNonceSignedAmount!.Value));
        await PayAsync(gateway, lost, 1);
        Assert.Equal(0, (await market.Chain.GetChannelAsync(lost.Id)).Nonce);

        await gateway.KillAsync();
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        Assert.Equal([$"{lost.Id}/0: 30"], (await RunAsync(gateway, "in-progress")).Lines);
        Assert.StartsWith("2 the address: 0x", (await RunAsync(gateway, "start", lost)).Error, StringComparison.Ordinal);

        TreasurerReport expiring = await Treasurer.RunAsync(gateway, market.Chain.State, "claim-expired", threshold: 400_000);
        Assert.Equal([$"{lost.Id}/0: 30", $"{soon.Id}/0: 30"], expiring.Lines);
        Assert.Equivalent(new[] { $"{late.Id}/0: 30", $"{lost.Id}/1: 10" }, (await RunAsync(gateway, "claim-all")).Lines, strict: true);
        Assert.Empty((await RunAsync(gateway, "claim-all")).Lines);
        Assert.Equal([(960, 2), (970, 1), (970, 1)], await ReadAsync(lost, soon, late));

        // Several at a time; one of them has nothing to claim, and the other is started nevertheless.
        await PayAsync(gateway, late, 2);
        Assert.Equal(
            $"2 authorized amount is zero , hence nothing to claim on the channel Id: {soon.Id}",
            (await RunAsync(gateway, "start-all", late, soon)).Error);
        Assert.Equal([$"{late.Id}/1: 20"], (await RunAsync(gateway, "claim", soon)).Lines);
        Assert.Equal([(960, 2), (970, 1), (950, 2)], await ReadAsync(lost, soon, late));

        CommandResult story = await gateway.RunCommandAsync("ledger", "explain", $"{lost.Id}");
        Assert.Contains("claim begun: 30 cogs of nonce 0", story.Everything, StringComparison.Ordinal);
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
    }

    [Fact]
    [Trait("Needs", "etcd")]
    public async Task OnEtcd_EachReplicaSeesTheClaims()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        await ShareAsync(new()
        {
            ["SnetGateway:Ledger:Store"] = "etcd", ["SnetGateway:Ledger:Etcd:Endpoints:0"] = etcd.Endpoint,
        });
    }

    [Fact]
    [Trait("Needs", "redis")]
    public async Task OnRedis_EachReplicaSeesTheClaims()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await ShareAsync(new()
        {
            ["SnetGateway:Ledger:Store"] = "redis", ["SnetGateway:Ledger:Redis:Endpoint"] = redis.Endpoint,
        });
    }

    private async Task ShareAsync(Dictionary<string, string> ledger)
    {
        GatewayProcess[] replicas = await Task.WhenAll(StartAsync(ledger), StartAsync(ledger));
        try
        {
            ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
            await PayAsync(replicas[0], channel, 2);
            await Eventually.TrueAsync(
                "the other replica knows the payment", async () => (await RunAsync(replicas[1], "unclaimed")).Lines.Length == 1);

            // Two claimers at the same time: one starts the claim, and each replica has it in progress.
            TreasurerReport[] started = await Task.WhenAll(
                RunAsync(replicas[0], "start-all", channel), RunAsync(replicas[1], "start-all", channel));
            Assert.Equal([$"{channel.Id}/0: 20"], Assert.Single(started, one => one.Error is null).Lines);
            await Eventually.TrueAsync("both have it in progress", async () =>
                (await Task.WhenAll(replicas.Select(replica => RunAsync(replica, "in-progress")))).All(one => one.Lines.Length == 1));

            await PayAsync(replicas[0], channel, 1);
            Assert.Equal([$"{channel.Id}/0: 20"], (await RunAsync(replicas[1], "claim")).Lines);
            Assert.Equal([$"{channel.Id}/1: 10"], (await RunAsync(replicas[0], "claim", channel)).Lines);
            Assert.Equal([(970, 2)], await ReadAsync(channel));
            CommandResult verified = await replicas[0].RunCommandAsync(
            [
                "ledger", "verify",
                .. replicas.Select(gateway => Path.Combine(gateway.Folder, "data", "journal"))
                    .Where(Directory.Exists) // one that started nothing has none
                    .SelectMany(folder => new[] { "--journal", folder }),
            ]);
            Assert.True(verified.ExitCode == 0, verified.Everything);
        }
        finally
        {
            await Task.WhenAll(replicas.Select(gateway => gateway.DisposeAsync().AsTask()));
        }
    }

    private ClientJob Say(GatewayProcess gateway, ChainChannel channel) => market.Say(gateway, channel, GatewayFixture.Price);

    private async Task PayAsync(GatewayProcess gateway, ChainChannel channel, int calls)
    {
        IReadOnlyList<CallReport> paid = await market.Client(ClientStack.Node).RunAsync(Say(gateway, channel) with { Calls = calls });
        Assert.All(paid, call => Assert.True(call.Code == 0, $"{call.Code}: {call.Details}"));
    }

    private Task<TreasurerReport> RunAsync(GatewayProcess gateway, string action, params ChainChannel[] channels) =>
        Treasurer.RunAsync(gateway, market.Chain.State, action, [.. channels.Select(channel => channel.Id)]);

    private async Task<(int Value, int Nonce)[]> ReadAsync(params ChainChannel[] channels)
    {
        var read = new List<(int Value, int Nonce)>();
        foreach (BigInteger id in channels.Select(channel => channel.Id))
        {
            ChainChannel now = await market.Chain.GetChannelAsync(id);
            read.Add(((int)now.Value, (int)now.Nonce));
        }

        return [.. read];
    }

    private Task<GatewayProcess> StartAsync(Dictionary<string, string> options) => GatewayProcess.StartAsync(new GatewaySettings(
        market.Chain.State,
        new MarketService("claims", market.Service(ExampleLanguage.JavaScript).Address) { Price = GatewayFixture.Price })
    {
        Options = options,
    });
}
