using SnetGateway.TestKit;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>Metered prices on the real contract, by a client that uses its credit and by one that knows nothing of it.</summary>
[Collection(GatewayFixture.Prices)]
[Trait("Needs", "chain")]
public sealed class MeteredCallTests(GatewayFixture market, MeteredCallTests.Running running) : IClassFixture<MeteredCallTests.Running>
{
    private const long Ceiling = 100;
    private const string FinalPrice = "snet-final-price-cogs";

    [Fact]
    public async Task Messages_AreCharged_TheRestIsCredit_AlsoAfterAClaim()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        GatewayProcess gateway = running.Messages;
        IReadOnlyList<CallReport> calls = await RunAsync(Count(gateway, channel, answers: 3) with { Calls = 5 });
        Assert.All(calls, call => Assert.Equal((0, 3, "30"), (call.Code, call.Messages.Count, PriceOf(call))));
        Assert.Equal([100, 130, 160, 190, 220], calls.Select(call => (int)call.Amount!.Value));
        ChannelStateReport state = await market.StateAsync(gateway, ClientStack.Node, channel);
        Assert.Equal((220, 70), (state.SignedAmount, state.Credit));
        await market.Chain.ClaimAsync(channel.Id, state.SignedAmount!.Value, state.Signature);

        channel = await market.Chain.GetChannelAsync(channel.Id);
        await Eventually.TrueAsync("the gateway sees the claim", async () =>
            (await market.StateAsync(gateway, ClientStack.Node, channel)).Nonce == channel.Nonce);
        CallReport next = Assert.Single(await RunAsync(Count(gateway, channel, answers: 3)));
        Assert.Equal((0, 30, "30"), (next.Code, (int)next.Amount!.Value, PriceOf(next)));
        Assert.Equal("clean", await VerifyAsync(gateway));
    }

    [Fact]
    [Rule(4)]
    public async Task StreamBeyondTheCeiling_EndsWithAStatus()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        GatewayProcess gateway = running.Messages;
        CallReport call = Assert.Single(await RunAsync(Count(gateway, channel, answers: 50)));
        Assert.Equal((8, "the call has reached the most that it may cost"), (call.Code, call.Details));
        Assert.Equal((10, "100"), (call.Messages.Count, PriceOf(call)));
        Assert.Equal((100, null), await StateAsync(gateway, channel));
        Assert.Equal("clean", await VerifyAsync(gateway));
    }

    [Fact]
    public async Task ClientThatKnowsNothingOfCredit_IsAccepted()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        GatewayProcess gateway = running.Messages;
        ClientJob job = market.Say(gateway, channel, Ceiling) with { Calls = 3 };
        Assert.All(await market.Client(ClientStack.Python).RunAsync(job), call => Assert.True(call.Code == 0, call.Details));
        Assert.Equal((300, 270), await StateAsync(gateway, channel));
        Assert.Equal("clean", await VerifyAsync(gateway));
    }

    [Fact]
    public async Task ReportedPrice_IsCharged_AndAnInvalidOneLeavesTheCeiling()
    {
        await using GatewayProcess gateway = await StartAsync(market, "trailer");
        async Task<(int Code, string? Price, int? Credit, int Warnings, string Ledger)> SayAsync(Dictionary<string, string> trailers)
        {
            ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
            CallReport call = Assert.Single(await RunAsync(Count(gateway, channel, 1) with
            {
                Method = "example.Echo/Say", Requests = [new { text = "hello", trailingMetadata = trailers }],
            }));
            (int? signed, int? credit) = await StateAsync(gateway, channel);
            Assert.Equal(100, signed);
            return (call.Code, PriceOf(call), credit, gateway.Log.Count(line => line.EventId == 2020), await VerifyAsync(gateway));
        }

        Assert.Equal((0, "7", 93, 0, "clean"), await SayAsync(new() { [FinalPrice] = "7" }));
        Assert.Equal((0, "100", null, 1, "its ceiling of 100 cogs stays charged"), await SayAsync(new() { [FinalPrice] = "101" }));
        Assert.Equal((0, "100", null, 2, "its ceiling of 100 cogs stays charged"), await SayAsync([]));
    }

    [Fact]
    public async Task Seconds_OfAStream_EndIt_WhenTheyAreUsedUp()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await StartAsync(market, "second", unit: 100);
        CallReport call = Assert.Single(await RunAsync(Count(gateway, channel, 1) with
        {
            Requests = [new { text = "hello", answers = 5, stallAfter = 1 }],
        }));
        Assert.Equal((8, 1, "100"), (call.Code, call.Messages.Count, PriceOf(call)));
        Assert.InRange(call.ElapsedMs, 990, 20_000);
    }

    [Fact]
    [Trait("Needs", "etcd")]
    public async Task TwoReplicasOnEtcd_ShareTheCredit()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        Dictionary<string, string> ledger = new()
        {
            ["SnetGateway:Ledger:Store"] = "etcd", ["SnetGateway:Ledger:Etcd:Endpoints:0"] = etcd.Endpoint,
        };
        await using GatewayProcess one = await StartAsync(market, "kibibyte", unit: 10, ledger);
        await using GatewayProcess two = await StartAsync(market, "kibibyte", unit: 10, ledger);
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        foreach (GatewayProcess gateway in (GatewayProcess[])[one, two, one, two])
        {
            CallReport call = Assert.Single(await RunAsync(Count(gateway, channel, answers: 2)));
            Assert.Equal((0, "10"), (call.Code, PriceOf(call)));
        }

        Assert.Equal((130, 90), await StateAsync(two, channel));
        CallReport whole = await market.Client(ClientStack.Python).CallAsync(market.Say(one, channel, Ceiling));
        Assert.Equal((0, "10"), (whole.Code, PriceOf(whole)));
        Assert.Equal((230, 180), await StateAsync(two, channel));
        Assert.Equal("clean", await VerifyAsync(
            one, "--journal", Path.Combine(one.Folder, "data", "journal"), "--journal", Path.Combine(two.Folder, "data", "journal")));
    }

    [Fact]
    [Rule(2, 4)]
    public async Task GatewayThatIsKilled_BeforeTheGiveBack_LeavesTheCeilingCharged_AndAfterIt_HasGivenBackOnce()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await StartAsync(market, "message", crashes: true);
        await using (ChildProcess client = PayingClient.Start(ClientStack.Node, Count(gateway, channel, 1) with
        {
            Requests = [new { text = "hello", answers = 5, stallAfter = 1 }], AnnounceFirst = true,
        }))
        {
            await client.WaitForLineAsync(line => line.Contains("first", StringComparison.Ordinal));
            await gateway.KillAsync();
            await client.WaitForExitAsync();
        }

        await gateway.StartAgainAsync();
        Assert.Equal((100, null), await StateAsync(gateway, channel));
        Assert.Equal("its ceiling of 100 cogs stays charged", await VerifyAsync(gateway));

        await gateway.CrashAtAsync("call-counted", 1, UnixSignal.Kill); // the give-back is durable, and the client not told
        Assert.NotEqual(0, Assert.Single(await RunAsync(Count(gateway, channel, 2))).Code);
        await gateway.Process.WaitForExitAsync();
        await gateway.KillAsync();
        await gateway.StartAgainAsync();
        Assert.Equal((200, 80), await StateAsync(gateway, channel));
        Assert.Equal(0, Assert.Single(await RunAsync(Count(gateway, channel, 2))).Code);
        Assert.Equal((220, 80), await StateAsync(gateway, channel));
        Assert.Equal("its ceiling of 100 cogs stays charged", await VerifyAsync(gateway));
    }

    private static string? PriceOf(CallReport call) => call.Trailers?.GetValueOrDefault(FinalPrice)?.Single();

    /// <summary>What `ledger verify` says of metered calls: clean, or the one that was not given anything back.</summary>
    private static async Task<string> VerifyAsync(GatewayProcess gateway, params string[] options)
    {
        CommandResult verified = await gateway.RunCommandAsync(["ledger", "verify", .. options]);
        Assert.True(verified.ExitCode == 0, verified.Everything);
        string? note = verified.Output.FirstOrDefault(line => line.Contains("was not given anything back", StringComparison.Ordinal));
        return note is null ? "clean" : note[note.IndexOf("its ceiling", StringComparison.Ordinal)..].Split(',')[0];
    }

    private Task<IReadOnlyList<CallReport>> RunAsync(ClientJob job) => market.Client(ClientStack.Node).RunAsync(job);

    /// <summary>A stream of so many messages, by a client that uses its credit.</summary>
    private ClientJob Count(GatewayProcess gateway, ChainChannel channel, int answers)
    {
        ClientJob job = market.Say(gateway, channel, Ceiling);
        return job with
        {
            Method = "example.Echo/Count", Requests = [new { text = "hello", answers }], Payment = job.Payment! with { UseCredit = true },
        };
    }

    private async Task<(int? Signed, int? Credit)> StateAsync(GatewayProcess gateway, ChainChannel channel)
    {
        ChannelStateReport state = await market.StateAsync(gateway, ClientStack.Node, channel);
        return ((int?)state.SignedAmount, (int?)state.Credit);
    }

    private static Task<GatewayProcess> StartAsync(
        GatewayFixture market, string by, int unit = 10, Dictionary<string, string>? options = null, bool crashes = false)
    {
        var all = new Dictionary<string, string>(options ?? []) { ["SnetGateway:Services:metered:Price:Metered:By"] = by };
        if (by != "trailer")
        {
            all["SnetGateway:Services:metered:Price:Metered:UnitCogs"] = $"{unit}";
        }

        var service = new MarketService("metered", market.Service(ExampleLanguage.JavaScript).Address) { Price = Ceiling };
        return GatewayProcess.StartAsync(new GatewaySettings(market.Chain.State, service) { Options = all, HasCrashPoints = crashes });
    }

    /// <summary>One gateway for what is charged by messages: a start takes longer than the calls.</summary>
    public sealed class Running(GatewayFixture market) : IAsyncLifetime
    {
        public GatewayProcess Messages { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Messages = await StartAsync(market, "message");

        public ValueTask DisposeAsync() => Messages.DisposeAsync();
    }
}
