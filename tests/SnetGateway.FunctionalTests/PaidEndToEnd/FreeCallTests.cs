using System.Numerics;
using System.Text.Json;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>Free calls on the real contract, by grpc-js and python3-grpcio, and by the sequences of the newest SDKs.</summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class FreeCallTests(GatewayFixture market) : IDisposable
{
    private const string Service = "free";
    private const string Exceeded = "internal error: free call limit has been exceeded, calls made = 3, total free calls eligible = 3";
    private const string FreeCalls = $"SnetGateway:Groups:{GatewaySettings.DefaultGroup}:FreeCalls";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-free-");

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Quota_IsUsedUp_AndRefusedWithTheReferencesText(ClientStack stack)
    {
        await using GatewayProcess gateway = await StartAsync();
        Assert.Equal(3, (await AskAsync(gateway, stack)).FreeCalls!.Available);
        IReadOnlyList<CallReport> calls = await market.Client(stack).RunAsync(Call(gateway) with { Calls = 4 });
        Assert.Equal([0, 0, 0, 13], calls.Select(call => call.Code));
        Assert.All(calls.Take(3), call => Assert.Equal(["hello"], call.Texts));
        Assert.Equal(Exceeded, calls[3].Details);

        // A service gets the user's address, and a failed call costs nothing.
        CallReport after = await AskAsync(gateway, stack);
        Assert.Equal((0, BigInteger.Zero), (after.Code, after.FreeCalls!.Available));
        Assert.NotEmpty(after.FreeCalls.Token);
        Assert.Equal(0, await gateway.StopAsync());
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task FailureOfTheService_CostsNothing(ClientStack stack)
    {
        await using GatewayProcess gateway = await StartAsync();
        ClientJob failing = Call(gateway) with { Requests = [new { failure = new { code = 5, message = "no such thing" } }], Calls = 3 };
        Assert.All(await market.Client(stack).RunAsync(failing), call => Assert.Equal((5, "no such thing"), (call.Code, call.Details)));
        Assert.Equal(3, (await AskAsync(gateway, stack)).FreeCalls!.Available);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task SpellingsOfTheAddress_ShareTheQuota(ClientStack stack)
    {
        await using GatewayProcess gateway = await StartAsync();
        string[] spellings = [User.Address, User.Address.ToLowerInvariant(), "0x" + User.Address[2..].ToUpperInvariant(), User.Address];
        List<int> codes = [];
        foreach (string spelling in spellings)
        {
            ClientJob job = Call(gateway) with { FreeCalls = User with { Address = spelling } };
            codes.Add((await market.Client(stack).CallAsync(job)).Code);
        }

        Assert.Equal([0, 0, 0, 13], codes);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task SixtyFourConcurrentCalls_ThreeAreGranted(ClientStack stack)
    {
        await using GatewayProcess gateway = await StartAsync();
        IReadOnlyList<CallReport> calls = await market.Client(stack).RunAsync(Call(gateway) with { Calls = 64, Parallel = 64 });
        Assert.Equal(3, calls.Count(call => call.Code == 0));
        Assert.All(calls.Where(call => call.Code != 0), call => Assert.Equal((13, Exceeded), (call.Code, call.Details)));
    }

    [Fact]
    [Trait("Needs", "etcd")]
    public async Task ThreeReplicasOnEtcd_SixtyFourConcurrentCalls_ThreeAreGranted()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        await ShareAsync(new()
        {
            ["SnetGateway:Ledger:Store"] = "etcd",
            ["SnetGateway:Ledger:Etcd:Endpoints:0"] = etcd.Endpoint,
        });
    }

    [Fact]
    [Trait("Needs", "redis")]
    public async Task ThreeReplicasOnRedis_SixtyFourConcurrentCalls_ThreeAreGranted()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await ShareAsync(new()
        {
            ["SnetGateway:Ledger:Store"] = "redis",
            ["SnetGateway:Ledger:Redis:Endpoint"] = redis.Endpoint,
        });
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task ForeignAndForgedTokens_AreRefused(ClientStack stack)
    {
        await using GatewayProcess gateway = await StartAsync();
        await using GatewayProcess other = await StartAsync(key: "22");
        string foreign = (await AskAsync(other, stack)).FreeCalls!.Token;
        string ofOther = (await AskAsync(gateway, stack, ClientFreeCalls.From(market.Chain.State, "consumer2", Service))).FreeCalls!.Token;
        string own = (await AskAsync(gateway, stack)).FreeCalls!.Token;
        string longer = own[..(2 * 66)] + Convert.ToHexStringLower("999999999"u8);
        foreach (string token in (string[])[foreign, ofOther, longer])
        {
            ClientJob asking = Ask(gateway) with { FreeCalls = User with { Token = token } };
            Assert.Equal(BigInteger.Zero, (await market.Client(stack).CallAsync(asking)).FreeCalls!.Available);
            CallReport call = await market.Client(stack).CallAsync(Call(gateway) with { FreeCalls = User with { Token = token } });
            Assert.Equal((16, "token sign is not valid"), (call.Code, call.Details));
        }

        CallReport stale = await market.Client(stack).CallAsync(
            Call(gateway) with { FreeCalls = User with { Token = own, Block = await market.Chain.GetBlockNumberAsync() + 100 } });
        Assert.Equal((13, "internal error: authentication failed as the signature passed has expired"), (stale.Code, stale.Details));
        CallReport ofOtherService = await market.Client(stack).CallAsync(
            Call(gateway) with { FreeCalls = User with { Token = own, ServiceId = "another" } });
        Assert.Equal(16, ofOtherService.Code);
        Assert.StartsWith(
            $"sign is not valid: unauthorized signer: {User.Address} not equal 0x", ofOtherService.Details, StringComparison.Ordinal);
        Assert.Equal(3, (await AskAsync(gateway, stack)).FreeCalls!.Available);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task AddressWithoutBalance_GetsNoToken_AndWithTheOptionTheReferencesError(ClientStack stack)
    {
        var poor = ClientFreeCalls.From(market.Chain.State, "stranger", Service);
        await using GatewayProcess gateway = await StartAsync();
        CallReport asked = await AskAsync(gateway, stack, poor);
        Assert.Equal((0, ""), (asked.Code, asked.FreeCalls!.Token));
        Assert.Equal((BigInteger.Zero, BigInteger.Zero), (asked.FreeCalls.Available, asked.FreeCalls.ExpirationBlock));

        await using GatewayProcess strict = await StartAsync(new() { [$"{FreeCalls}:ReferenceErrors"] = "true" });
        CallReport refused = await AskAsync(strict, stack, poor);
        Assert.Equal(
            (2, "{Status: rpc error: code = PermissionDenied desc = you must have at least 10 FET (ASI) in your balance to use free "
                + "calls}"),
            (refused.Code, refused.Details));
        Assert.Equal(3, (await AskAsync(strict, stack)).FreeCalls!.Available);
    }

    [Fact]
    public async Task Restart_KeepsTheCounts_AndTheTokenStaysValid()
    {
        await using GatewayProcess gateway = await StartAsync();
        string token = (await AskAsync(gateway, ClientStack.Node)).FreeCalls!.Token;
        ClientJob job = Call(gateway) with { FreeCalls = User with { Token = token } };
        Assert.Equal(0, (await market.Client(ClientStack.Node).CallAsync(job)).Code);
        await gateway.KillAsync();
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        Assert.Equal(2, (await AskAsync(gateway, ClientStack.Node)).FreeCalls!.Available);
        IReadOnlyList<CallReport> calls = await market.Client(ClientStack.Node).RunAsync(job with { Calls = 3 });
        Assert.Equal([0, 0, 13], calls.Select(call => call.Code));
    }

    [Fact]
    public async Task AllowedUsers_OnlyTheyPayAndUseFreeCalls()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await StartAsync(new() { ["SnetGateway:AllowedUsers:0"] = User.Address });
        Assert.Equal(0, (await market.Client(ClientStack.Node).CallAsync(Call(gateway))).Code);
        CallReport other = await AskAsync(
            gateway, ClientStack.Node, ClientFreeCalls.From(market.Chain.State, "consumer2", Service));
        Assert.Equal((0, ""), (other.Code, other.FreeCalls!.Token));
        CallReport paid = await market.Client(ClientStack.Node).CallAsync(market.Say(gateway, channel, 10));
        Assert.Equal((16, "payment signature is not valid"), (paid.Code, paid.Details));

        // The channel's sender is allowed, its signer is not.
        ClientJob bySender = market.Say(gateway, channel, 10);
        bySender = bySender with { Payment = bySender.Payment! with { PrivateKey = market.Chain.State.Accounts["consumer"].PrivateKey } };
        CallReport allowed = await market.Client(ClientStack.Node).CallAsync(bySender);
        Assert.True(allowed.Code == 0, allowed.Details);
    }

    /// <summary>What the newest SDKs send with their default strategy, whatever the gateway has of free calls.</summary>
    [Theory]
    [InlineData("off", "consumer", new[] { "prepaid-call", "prepaid-call", "escrow", "escrow" })]
    [InlineData("on", "consumer", new[] { "free-call", "free-call", "free-call", "prepaid-call", "prepaid-call", "escrow" })]
    [InlineData("used up", "consumer", new[] { "prepaid-call", "prepaid-call", "escrow" })]
    [InlineData("no balance", "stranger", new[] { "prepaid-call", "prepaid-call", "escrow" })]
    public async Task NewestSdk_UsesItsFreeCalls_ThenBuysTokens_ThenPaysPerCall(string what, string account, string[] paidBy)
    {
        await using GatewayProcess gateway = what == "off"
            ? await GatewayProcess.StartAsync(Settings(market.Prepaid()))
            : await StartAsync(market.Prepaid());
        if (what == "used up")
        {
            Assert.All(
                await market.Client(ClientStack.Node).RunAsync(Call(gateway) with { Calls = 3 }), call => Assert.Equal(0, call.Code));
        }

        ChainChannel channel = await market.Chain.OpenChannelAsync(
            1_000, signer: market.Chain.State.Accounts[account].Address);
        JsonElement[] calls = await RunNewestSdkAsync(gateway, channel, account, paidBy.Length);
        Assert.All(calls, call => Assert.True(call.GetProperty("code").GetInt32() == 0, call.ToString()));
        Assert.Equal(paidBy, calls.Select(call => call.GetProperty("paidBy").GetString()));
        Assert.Equal(paidBy.Select((_, i) => $"call {i}"), calls.Select(call => call.GetProperty("text").GetString()));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ClientFreeCalls User => ClientFreeCalls.From(market.Chain.State, "consumer", Service);

    private async Task ShareAsync(Dictionary<string, string> ledger)
    {
        await using GatewayProcess one = await StartAsync(ledger);
        await using GatewayProcess two = await StartAsync(ledger);
        await using GatewayProcess three = await StartAsync(ledger);
        IReadOnlyList<CallReport>[] all = await Task.WhenAll(
            PayingClient.RunAsync(ClientStack.Node, Call(one) with { Calls = 22, Parallel = 22 }),
            PayingClient.RunAsync(ClientStack.Node, Call(two) with { Calls = 21, Parallel = 21 }),
            PayingClient.RunAsync(ClientStack.Node, Call(three) with { Calls = 21, Parallel = 21 }));
        CallReport[] calls = [.. all.SelectMany(calls => calls)];
        Assert.Equal(3, calls.Count(call => call.Code == 0));
        Assert.All(calls.Where(call => call.Code != 0), call => Assert.Equal((13, Exceeded), (call.Code, call.Details)));
        foreach (GatewayProcess gateway in (GatewayProcess[])[one, two, three])
        {
            await Eventually.TrueAsync("the count has reached every replica", async () =>
                (await AskAsync(gateway, ClientStack.Node)).FreeCalls!.Available == 0);
            Assert.Equal(Exceeded, (await market.Client(ClientStack.Python).CallAsync(Call(gateway))).Details);
        }
    }

    private async Task<JsonElement[]> RunNewestSdkAsync(GatewayProcess gateway, ChainChannel channel, string account, int count)
    {
        ChainState chain = market.Chain.State;
        string job = JsonSerializer.Serialize(new
        {
            endpoint = gateway.Endpoint,
            rpcUrl = chain.RpcUrl,
            privateKey = chain.Accounts[account].PrivateKey,
            mpeAddress = chain.MultiPartyEscrow,
            channelId = channel.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            price = "10",
            prepaidCalls = 2,
            organizationId = chain.OrganizationId,
            serviceId = Service,
            groupId = chain.GroupIdBase64,
            texts = Enumerable.Range(0, count).Select(i => $"call {i}"),
        });
        Repository.Existing("tests/clients/node/node_modules", "run tests/run.sh, or npm ci in tests/clients/node");
        await using var client = ChildProcess.Start(
            "node", [Repository.Existing("tests/clients/node/newest-sdk.mjs", "the checkout is incomplete"), job]);
        List<JsonElement> calls = [];
        await foreach (string line in client.OutputLines.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            calls.Add(JsonSerializer.Deserialize<JsonElement>(line));
        }

        Assert.True(await client.WaitForExitAsync() == 0, client.RecentOutput);
        return [.. calls];
    }

    private ClientJob Ask(GatewayProcess gateway) => new() { Endpoint = gateway.Endpoint, FreeCalls = User };

    private ClientJob Call(GatewayProcess gateway) => Ask(gateway) with
    {
        Method = "example.Echo/Say",
        Requests = [new { text = "hello" }],
    };

    private Task<CallReport> AskAsync(GatewayProcess gateway, ClientStack stack, ClientFreeCalls? user = null) =>
        market.Client(stack).CallAsync(Ask(gateway) with { FreeCalls = user ?? User });

    private Task<GatewayProcess> StartAsync(Dictionary<string, string>? options = null, string key = "11")
    {
        string file = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.key");
        File.WriteAllText(file, string.Concat(Enumerable.Repeat(key, 32)));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return GatewayProcess.StartAsync(Settings(new(options ?? [])
        {
            [$"{FreeCalls}:SignerKeyFile"] = file,
            [$"{FreeCalls}:Calls"] = "3",
        }));
    }

    private GatewaySettings Settings(Dictionary<string, string> options) => new(
        market.Chain.State, new MarketService(Service, market.Service(ExampleLanguage.JavaScript).Address) { Price = 10 })
    {
        Options = options,
    };
}
