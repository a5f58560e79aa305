using System.Text.Json;
using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Ethereum.Registry;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>Events of the Registry contract that come with the escrow's, in the same requests.</summary>
public sealed class RegistryEventTests
{
    private const string Changed = "ServiceMetadataModified(bytes32,bytes32,bytes)";
    private const string Both = $"""["{EscrowText}","{RegistryText}"]""";
    private const string EscrowText = "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512";
    private const string RegistryText = "0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0";

    [Fact]
    public void Topics_AreThoseOfTheContract_WithoutTheTags()
    {
        JsonElement[] recorded = [.. VectorFile.Read("mpe-abi.json").GetProperty("events").EnumerateArray()
            .Where(one => one.Text("contract") == "Registry" && one.Text("name") != "ServiceTagsModified")];
        Assert.Equal(
            recorded.Select(one => one.Text("topic0")).Order(), RegistryEvents.Topics.Select(topic => topic.ToString()).Order());
        Assert.All(recorded, one => Assert.Equal("orgId", one.GetProperty("inputs")[0].Text("name")));
    }

    [Fact]
    public async Task Follow_NoServiceUsesTheRegistry_ReadsTheEscrowOnly()
    {
        await using FollowerBench bench = await LogFollowingTests.StartedAsync();
        bench.Chain.Mine(block => block.Register(Changed, "org", "svc"));
        await bench.FollowAsync();
        Assert.Equal($"\"{EscrowText}\"", bench.Chain.AskedContracts);
        Assert.False(await HasChangedAsync(bench));
        Assert.False(bench.Registry.IsFollowed);
    }

    [Theory]
    [InlineData("OrganizationCreated(bytes32)", "org")]
    [InlineData("OrganizationModified(bytes32)", "org")]
    [InlineData("OrganizationDeleted(bytes32)", "org")]
    [InlineData("ServiceCreated(bytes32,bytes32,bytes)", "org", "svc")]
    [InlineData(Changed, "org", "svc")]
    [InlineData("ServiceDeleted(bytes32,bytes32)", "org", "svc")]
    public async Task Follow_EventOfAWatchedOrganization_IsAChange_WithoutAFurtherRequest(string signature, params string[] ids)
    {
        await using FollowerBench bench = await WatchingAsync();
        bench.Chain.Asked.Clear();
        ulong number = bench.Chain.Mine(block => block.Register(signature, ids), block => block.Claim(0, 300, 400)).Number;
        await bench.FollowAsync();

        Assert.True(await HasChangedAsync(bench));
        Assert.Equal(number, bench.Registry.Take());
        Assert.False(await HasChangedAsync(bench));
        Assert.Equal(Both, bench.Chain.AskedContracts);
        Assert.Equal(["eth_getBlockByNumber", "eth_call", "eth_getLogs", "channels"], bench.Chain.Asked);
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Equal(700UL, bench.State(0).Reading.Value);
        Assert.Single(bench.Claims);
    }

    [Fact]
    public async Task Follow_OtherEventsOfTheRegistry_AreNoChange()
    {
        await using FollowerBench bench = await WatchingAsync();
        bench.Chain.Mine(
            block => block.Register(Changed, "other", "svc"),
            block => block.Register("ServiceTagsModified(bytes32,bytes32)", "org", "svc"),
            block => block.Register(Changed));
        await bench.FollowAsync();
        Assert.False(await HasChangedAsync(bench));
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
    }

    [Fact]
    public async Task Follow_ManyEvents_AreOneChange()
    {
        await using FollowerBench bench = await WatchingAsync();
        for (int i = 0; i < 3; i++)
        {
            bench.Chain.Mine([.. Enumerable.Repeat<Action<ScriptedChain.Block>>(block => block.Register(Changed, "org", "svc"), 100)]);
        }

        await bench.FollowAsync();
        Assert.True(await HasChangedAsync(bench));
        Assert.Equal(bench.Chain.HeadNumber, bench.Registry.Take());
        Assert.False(await HasChangedAsync(bench));
    }

    /// <summary>An event of the escrow's kind by the Registry's address would change channels if it were taken for the escrow's.</summary>
    [Fact]
    public async Task Follow_LogOfTheRegistryWithATopicOfTheEscrow_ChangesNoChannel()
    {
        await using FollowerBench bench = await WatchingAsync();
        bench.Chain.Mine(block => block.Log(
            ScriptedChain.Registry, EscrowEvents.ChannelSenderClaim, [new byte[32]], [new byte[32], new byte[32]]));
        await bench.FollowAsync();
        Assert.Equal(0UL, bench.State(0).Nonce.Value);
        Assert.False(await HasChangedAsync(bench));
    }

    [Fact]
    public async Task Watch_OtherOrganizations_IsAChange_AndTheSameOnesAreNone()
    {
        await using FollowerBench bench = await WatchingAsync();
        bench.Registry.Watch(ScriptedChain.Registry, ["org"]);
        Assert.False(await HasChangedAsync(bench));
        bench.Registry.Watch(ScriptedChain.Registry, ["org", "new"]);
        Assert.True(await HasChangedAsync(bench));
        bench.Registry.Watch(null, []);
        Assert.False(bench.Registry.IsFollowed);
    }

    [Fact]
    public async Task Reorganisation_OfTheBlockOfAnEvent_IsAnotherChange_AndOfAnotherBlockNone()
    {
        await using FollowerBench bench = await WatchingAsync();
        bench.Chain.Mine();
        await bench.FollowAsync();
        bench.Chain.Undo(1);
        ulong number = bench.Chain.Mine(block => block.Register(Changed, "org", "svc")).Number;
        bench.Chain.Mine();
        await bench.FollowAsync();
        Assert.Equal(number, bench.Registry.Take());

        bench.Chain.Undo(1);
        bench.Chain.MineEmpty(2);
        await bench.FollowAsync();
        Assert.False(await HasChangedAsync(bench));

        bench.Chain.Undo(3);
        bench.Chain.MineEmpty(4);
        await bench.FollowAsync();
        Assert.True(await HasChangedAsync(bench));
        Assert.Equal(number - 1, bench.Registry.Take());
    }

    [Fact]
    public async Task Gap_ReadByRanges_HasItsEvents()
    {
        await using FollowerBench bench = await WatchingAsync();
        bench.Chain.MineEmpty(300);
        await bench.FollowAsync();
        Assert.False(await HasChangedAsync(bench));

        ulong number = bench.Chain.Mine(block => block.Register(Changed, "org", "svc"), block => block.Claim(0, 1, 1)).Number;
        bench.Chain.MineEmpty(300);
        await bench.FollowAsync();
        Assert.True(await HasChangedAsync(bench));
        Assert.Equal(number, bench.Registry.Take());
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
    }

    [Fact]
    public async Task Gap_ThatIsNotRead_IsAChange()
    {
        await using FollowerBench bench = await WatchingAsync(options => options.MaxLogGapBlocks = 100);
        bench.Chain.MineEmpty(200);
        await bench.FollowAsync();
        Assert.True(await HasChangedAsync(bench));
        Assert.Equal(bench.Chain.HeadNumber, bench.Registry.Take());
    }

    [Theory]
    [Rule(12)]
    [InlineData(1)]
    [InlineData(300)]
    public async Task NodeThatTakesOneContract_FollowsTheEscrowAlone_AndIsTriedAgainLater(int blocks)
    {
        await using FollowerBench bench = await WatchingAsync();
        bench.Chain.Host("a.test").TakesOneContract = true;
        bench.Chain.Mine(block => block.Register(Changed, "org", "svc"), block => block.Claim(0, 300, 400));
        bench.Chain.MineEmpty(blocks);
        await bench.FollowAsync();

        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.Null(bench.Follower.Status.LastFailure);
        Assert.True(await HasChangedAsync(bench)); // the Registry is read instead
        Assert.False(bench.Registry.IsFollowed);

        // Until then it costs nothing.
        bench.Registry.Take();
        bench.Chain.Asked.Clear();
        bench.Chain.Mine();
        await bench.FollowAsync();
        Assert.Equal(1, bench.Chain.Count("eth_getLogs"));

        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        bench.Chain.Mine();
        await bench.FollowAsync();
        Assert.Equal(3, bench.Chain.Count("eth_getLogs"));
        Assert.Single(bench.Logged, line => line.StartsWith("Warning RegistryEventsRefused", StringComparison.Ordinal));

        bench.Chain.Host("a.test").TakesOneContract = false;
        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        bench.Registry.Take();
        bench.Chain.Mine(block => block.Register(Changed, "org", "svc"));
        await bench.FollowAsync();
        Assert.True(bench.Registry.IsFollowed);
        Assert.True(await HasChangedAsync(bench));
    }

    [Fact]
    [Rule(12)]
    public async Task UnusableLogOfTheRegistry_DoesNotKeepTheEscrowFromBeingFollowed()
    {
        await using FollowerBench bench = await WatchingAsync();
        bench.Chain.Host("a.test").SpoilsRegistryLogs = true;
        bench.Chain.Mine(block => block.Register(Changed, "org", "svc"), block => block.Claim(0, 300, 400));
        await bench.FollowAsync();
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.True(await HasChangedAsync(bench));
    }

    [Fact]
    public async Task NodeThatDoesNotHaveTheBlock_IsNoRefusal()
    {
        await using FollowerBench bench = await WatchingAsync(options => options.RequestTimeout = TimeSpan.FromHours(1));
        bench.Chain.Host("a.test").Error = method => method == "eth_getLogs" ? -32000 : null;
        bench.Chain.Mine(block => block.Claim(0, 300, 400));
        Exception?[] failed = await bench.DriveAsync(Record.ExceptionAsync(bench.FollowAsync).AsTask()); // the pause before the second try
        Assert.IsType<JsonRpcErrorException>(Assert.Single(failed));
        Assert.True(bench.Registry.IsFollowed);
        bench.Chain.Host("a.test").Error = null;
        await bench.FollowAsync();
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Equal(Both, bench.Chain.AskedContracts);
        Assert.DoesNotContain(bench.Logged, line => line.Contains("RegistryEventsRefused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Read_AfterAnEvent_IsOfAnEndpointThatHasItsBlock()
    {
        using var chain = new ScriptedChain();
        chain.MineEmpty(10);
        chain.Host("a.test").Lag = 1;
        var clock = new TestTimeProvider();
        using RegistryReader reader = Reader(chain, clock, "http://a.test", "http://b.test");
        Assert.Null(Assert.Single(await reader.ReadAsync([new RegistryEntry("org", null)], chain.HeadNumber, CancellationToken.None)));
        Assert.DoesNotContain("eth_call", chain.Host("a.test").Asked);
        Assert.Contains("eth_call", chain.Host("b.test").Asked);
    }

    [Fact]
    public async Task Read_AllEndpointsAreBehind_WaitsForTheBlock_AndNotForEver()
    {
        using var chain = new ScriptedChain();
        chain.MineEmpty(10);
        var clock = new TestTimeProvider();
        using RegistryReader reader = Reader(chain, clock, "http://a.test");
        Task<IReadOnlyList<string?>> waiting = ReadAsync(chain.HeadNumber + 1);
        await clock.WhenArmedAsync();
        Assert.False(waiting.IsCompleted);
        chain.Mine();
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Assert.Single(await waiting.WaitAsync(TimeSpan.FromSeconds(60))));

        Task<IReadOnlyList<string?>> inVain = ReadAsync(chain.HeadNumber + 1);
        await ChannelReaderTests.WaitUntilAsync(() =>
        {
            clock.AdvanceToTimer(TimeSpan.FromSeconds(1));
            return inVain.IsCompleted;
        });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => inVain);
        Assert.Contains("is needed", e.Message, StringComparison.Ordinal);

        async Task<IReadOnlyList<string?>> ReadAsync(ulong notBefore) =>
            await reader.ReadAsync([new RegistryEntry("org", null)], notBefore, CancellationToken.None);
    }

    private static RegistryReader Reader(ScriptedChain chain, TimeProvider clock, params string[] endpoints) => new(
        new ChainOptions
        {
            Endpoints = endpoints, ChainId = 1, EscrowAddress = EscrowText, RequestTimeout = TimeSpan.FromMinutes(1),
        },
        ScriptedChain.Registry, clock, chain);

    private static Task<bool> HasChangedAsync(FollowerBench bench) =>
        bench.Registry.WaitAsync(TimeSpan.Zero, CancellationToken.None);

    /// <summary>A follower that knows channel 0 and watches the Registry for the organisation "org".</summary>
    private static async Task<FollowerBench> WatchingAsync(Action<ChainOptions>? configure = null)
    {
        FollowerBench bench = await LogFollowingTests.StartedAsync(configure);
        bench.Registry.Watch(ScriptedChain.Registry, ["org"]);
        bench.Registry.Take();
        bench.Chain.Mine();
        await bench.FollowAsync();
        Assert.False(await HasChangedAsync(bench));
        return bench;
    }
}
