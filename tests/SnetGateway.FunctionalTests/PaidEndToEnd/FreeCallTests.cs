using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>
/// Free calls on the real contract, by grpc-js and python3-grpcio, and by the sequences of the newest SDKs. Most tests share one gateway:
/// each has its own users.
/// </summary>
[Collection(GatewayFixture.Tokens)]
[Trait("Needs", "chain")]
public sealed class FreeCallTests(GatewayFixture market, FreeCallTests.Running running) : IClassFixture<FreeCallTests.Running>
{
    private const string Service = "free";
    private const string Exceeded = "internal error: free call limit has been exceeded, calls made = 3, total free calls eligible = 3";
    private const string FreeCalls = $"SnetGateway:Groups:{GatewaySettings.DefaultGroup}:FreeCalls";

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Quota_IsUsedUp_AndRefusedWithTheReferencesText(ClientStack stack)
    {
        ClientFreeCalls user = await NewUserAsync();
        Assert.Equal(3, (await AskAsync(Gateway, stack, user)).FreeCalls!.Available);
        IReadOnlyList<CallReport> calls = await market.Client(stack).RunAsync(Call(Gateway, user) with { Calls = 4 });
        Assert.Equal([0, 0, 0, 13], calls.Select(call => call.Code));
        Assert.All(calls.Take(3), call => Assert.Equal(["hello"], call.Texts));
        Assert.Equal(Exceeded, calls[3].Details);

        // A service gets the user's address, and a failed call costs nothing.
        CallReport after = await AskAsync(Gateway, stack, user);
        Assert.Equal((0, BigInteger.Zero), (after.Code, after.FreeCalls!.Available));
        Assert.NotEmpty(after.FreeCalls.Token);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task FailureOfTheService_CostsNothing(ClientStack stack)
    {
        ClientFreeCalls user = await NewUserAsync();
        ClientJob failing = Call(Gateway, user) with
        {
            Requests = [new { failure = new { code = 5, message = "no such thing" } }],
            Calls = 3,
        };
        Assert.All(await market.Client(stack).RunAsync(failing), call => Assert.Equal((5, "no such thing"), (call.Code, call.Details)));
        Assert.Equal(3, (await AskAsync(Gateway, stack, user)).FreeCalls!.Available);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task SpellingsOfTheAddress_ShareTheQuota(ClientStack stack)
    {
        ClientFreeCalls user = await NewUserAsync();
        string[] spellings = [user.Address, user.Address.ToLowerInvariant(), "0x" + user.Address[2..].ToUpperInvariant(), user.Address];
        List<int> codes = [];
        foreach (string spelling in spellings)
        {
            ClientJob job = Call(Gateway, user with { Address = spelling });
            codes.Add((await market.Client(stack).CallAsync(job)).Code);
        }

        Assert.Equal([0, 0, 0, 13], codes);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task SixtyFourConcurrentCalls_ThreeAreGranted(ClientStack stack)
    {
        IReadOnlyList<CallReport> calls = await market.Client(stack).RunAsync(
            Call(Gateway, await NewUserAsync()) with { Calls = 64, Parallel = 64 });
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
        ClientFreeCalls user = await NewUserAsync();
        string foreign = (await AskAsync(running.Other, stack, user)).FreeCalls!.Token;
        string ofOther = (await AskAsync(Gateway, stack, await NewUserAsync())).FreeCalls!.Token;
        string own = (await AskAsync(Gateway, stack, user)).FreeCalls!.Token;
        string longer = own[..(2 * 66)] + Convert.ToHexStringLower("999999999"u8);
        foreach (string token in (string[])[foreign, ofOther, longer])
        {
            ClientJob asking = Ask(Gateway, user with { Token = token });
            Assert.Equal(BigInteger.Zero, (await market.Client(stack).CallAsync(asking)).FreeCalls!.Available);
            CallReport call = await market.Client(stack).CallAsync(Call(Gateway, user with { Token = token }));
            Assert.Equal((16, "token sign is not valid"), (call.Code, call.Details));
        }

        CallReport stale = await market.Client(stack).CallAsync(
            Call(Gateway, user with { Token = own, Block = await market.Chain.GetBlockNumberAsync() + 100 }));
        Assert.Equal((13, "internal error: authentication failed as the signature passed has expired"), (stale.Code, stale.Details));
        CallReport ofOtherService = await market.Client(stack).CallAsync(
            Call(Gateway, user with { Token = own, ServiceId = "another" }));
        Assert.Equal(16, ofOtherService.Code);
        Assert.StartsWith(
            $"sign is not valid: unauthorized signer: {user.Address} not equal 0x", ofOtherService.Details, StringComparison.Ordinal);
        Assert.Equal(3, (await AskAsync(Gateway, stack, user)).FreeCalls!.Available);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task AddressWithoutBalance_GetsNoToken_AndWithTheOptionTheReferencesError(ClientStack stack)
    {
        var poor = ClientFreeCalls.From(market.Chain.State, "stranger", Service);
        CallReport asked = await AskAsync(Gateway, stack, poor);
        Assert.Equal((0, ""), (asked.Code, asked.FreeCalls!.Token));
        Assert.Equal((BigInteger.Zero, BigInteger.Zero), (asked.FreeCalls.Available, asked.FreeCalls.ExpirationBlock));

        CallReport refused = await AskAsync(running.Other, stack, poor);
        Assert.Equal(
            (2, "{Status: rpc error: code = PermissionDenied desc = you must have at least 10 FET (ASI) in your balance to use free "
                + "calls}"),
            (refused.Code, refused.Details));
        Assert.Equal(3, (await AskAsync(running.Other, stack, await NewUserAsync())).FreeCalls!.Available);
    }

    [Fact]
    public async Task Restart_KeepsTheCounts_AndTheTokenStaysValid()
    {
        ClientFreeCalls user = await NewUserAsync();
        await using GatewayProcess gateway = await running.StartAsync();
        string token = (await AskAsync(gateway, ClientStack.Node, user)).FreeCalls!.Token;
        ClientJob job = Call(gateway, user with { Token = token });
        Assert.Equal(0, (await market.Client(ClientStack.Node).CallAsync(job)).Code);
        await gateway.KillAsync();
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        Assert.Equal(2, (await AskAsync(gateway, ClientStack.Node, user)).FreeCalls!.Available);
        IReadOnlyList<CallReport> calls = await market.Client(ClientStack.Node).RunAsync(job with { Calls = 3 });
        Assert.Equal([0, 0, 13], calls.Select(call => call.Code));
    }

    [Fact]
    public async Task AllowedUsers_OnlyTheyPayAndUseFreeCalls()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await running.StartAsync(new() { ["SnetGateway:AllowedUsers:0"] = User.Address });
        Assert.Equal(0, (await market.Client(ClientStack.Node).CallAsync(Call(gateway, User))).Code);
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
            ? await GatewayProcess.StartAsync(running.Settings(market.Prepaid()))
            : await running.StartAsync(market.Prepaid());
        if (what == "used up")
        {
            Assert.All(
                await market.Client(ClientStack.Node).RunAsync(Call(gateway, User) with { Calls = 3 }), call => Assert.Equal(0, call.Code));
        }

        ChainChannel channel = await market.Chain.OpenChannelAsync(
            1_000, signer: market.Chain.State.Accounts[account].Address);
        JsonElement[] calls = await RunNewestSdkAsync(gateway, channel, account, paidBy.Length);
        Assert.All(calls, call => Assert.True(call.GetProperty("code").GetInt32() == 0, call.ToString()));
        Assert.Equal(paidBy, calls.Select(call => call.GetProperty("paidBy").GetString()));
        Assert.Equal(paidBy.Select((_, i) => $"call {i}"), calls.Select(call => call.GetProperty("text").GetString()));
    }

    private GatewayProcess Gateway => running.Gateway;

    private ClientFreeCalls User => ClientFreeCalls.From(market.Chain.State, "consumer", Service);

    private async Task ShareAsync(Dictionary<string, string> ledger)
    {
        await using GatewayProcess one = await running.StartAsync(ledger);
        await using GatewayProcess two = await running.StartAsync(ledger);
        await using GatewayProcess three = await running.StartAsync(ledger);
        IReadOnlyList<CallReport>[] all = await Task.WhenAll(
            PayingClient.RunAsync(ClientStack.Node, Call(one, User) with { Calls = 22, Parallel = 22 }),
            PayingClient.RunAsync(ClientStack.Node, Call(two, User) with { Calls = 21, Parallel = 21 }),
            PayingClient.RunAsync(ClientStack.Python, Call(three, User) with { Calls = 21, Parallel = 21 }));
        CallReport[] calls = [.. all.SelectMany(calls => calls)];
        Assert.Equal(3, calls.Count(call => call.Code == 0));
        Assert.All(calls.Where(call => call.Code != 0), call => Assert.Equal((13, Exceeded), (call.Code, call.Details)));
        foreach (GatewayProcess gateway in (GatewayProcess[])[one, two, three])
        {
            await Eventually.TrueAsync("the count has reached every replica", async () =>
                (await AskAsync(gateway, ClientStack.Node, User)).FreeCalls!.Available == 0);
            Assert.Equal(Exceeded, (await market.Client(ClientStack.Python).CallAsync(Call(gateway, User))).Details);
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

    /// <summary>A user who has used nothing, with the balance that free calls need.</summary>
    private async Task<ClientFreeCalls> NewUserAsync()
    {
        string key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PrivateKey.Size));
        string address = PrivateKey.Parse(key).Address.ToString();
        await market.Chain.CommandAsync("mint", new { to = address, amount = "1000000000000000000000" });
        return User with { PrivateKey = "0x" + key, Address = address };
    }

    private static ClientJob Ask(GatewayProcess gateway, ClientFreeCalls user) => new() { Endpoint = gateway.Endpoint, FreeCalls = user };

    private static ClientJob Call(GatewayProcess gateway, ClientFreeCalls user) => Ask(gateway, user) with
    {
        Method = "example.Echo/Say",
        Requests = [new { text = "hello" }],
    };

    private Task<CallReport> AskAsync(GatewayProcess gateway, ClientStack stack, ClientFreeCalls user) =>
        market.Client(stack).CallAsync(Ask(gateway, user));

    /// <summary>The shared gateway, and another one with its own key of tokens that gives the reference's errors.</summary>
    public sealed class Running(GatewayFixture market) : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-free-");

        public GatewayProcess Gateway { get; private set; } = null!;

        public GatewayProcess Other { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Gateway = await StartAsync();
            Other = await StartAsync(new() { [$"{FreeCalls}:ReferenceErrors"] = "true" }, key: "22");
        }

        /// <summary>Every count of the tests is in the ledger as it was made.</summary>
        public async ValueTask DisposeAsync()
        {
            await Other.DisposeAsync();
            Assert.Equal(0, await Gateway.StopAsync());
            CommandResult verified = await Gateway.RunCommandAsync("ledger", "verify");
            await Gateway.DisposeAsync();
            _folder.Delete(recursive: true);
            Assert.True(verified.ExitCode == 0, verified.Everything);
        }

        public Task<GatewayProcess> StartAsync(Dictionary<string, string>? options = null, string key = "11")
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

        public GatewaySettings Settings(Dictionary<string, string> options) => new(
            market.Chain.State, new MarketService(Service, market.Service(ExampleLanguage.JavaScript).Address) { Price = 10 })
        {
            Options = options,
        };
    }
}
