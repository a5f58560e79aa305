using System.Diagnostics;
using System.Numerics;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Ethereum;

/// <summary>The follower with the real contract on a real node.</summary>
[Trait("Needs", "chain")]
public sealed class ChainFollowerTests : IAsyncLifetime
{
    private DevChain _chain = null!;

    public async ValueTask InitializeAsync() => _chain = await DevChain.StartAsync();

    public async ValueTask DisposeAsync() => await _chain.DisposeAsync();

    [Fact]
    public async Task Channel_OpenedFundedExtendedClaimedAndTimedOut_IsSeenAtEachStep()
    {
        await using var gateway = new RunningFollower(_chain);
        ChainChannel channel = await _chain.OpenChannelAsync(1_000, expiresIn: 30);
        Assert.Equal(ChannelReadResult.Found, await gateway.ReadChannelAsync(channel.Id)); // the very next call
        Assert.Equal(1_000UL, gateway.State(channel.Id).Reading.Value);
        Assert.Equal(channel.Expiration, Number(gateway.State(channel.Id).Reading.Expiration));

        await _chain.AddFundsAsync(channel.Id, 500);
        // topped up and called at once
        Assert.Equal(ChannelReadResult.Found, await gateway.ReadChannelAsync(channel.Id, ReadPriority.KnownParty));
        Assert.Equal(1_500UL, gateway.State(channel.Id).Reading.Value);

        await _chain.ExtendAsync(channel.Id, 20);
        await RunningFollower.UntilAsync(() => Number(gateway.State(channel.Id).Reading.Expiration) == channel.Expiration + 20);

        await _chain.ClaimAsync(channel.Id, 300, planned: 400);
        await RunningFollower.UntilAsync(
            () => gateway.State(channel.Id) is { Freshness: ReadingFreshness.Fresh } state && state.Nonce.Value == 1UL);
        Assert.Equal(1_200UL, gateway.State(channel.Id).Reading.Value);
        ChannelClaimSeen claim = Assert.Single(gateway.Claims);
        Assert.Equal((300UL, 400UL), (claim.ClaimAmount, claim.PlannedAmount));

        await _chain.MineAsync(60);
        await _chain.ClaimTimeoutAsync(channel.Id);
        await RunningFollower.UntilAsync(
            () => gateway.State(channel.Id) is { Freshness: ReadingFreshness.Fresh } state && state.Nonce.Value == 2UL);
        Assert.Equal(UInt256.Zero, gateway.State(channel.Id).Reading.Value);
        Assert.Single(gateway.Claims);
    }

    [Fact]
    public async Task OwnSignature_IsPaidByTheContract()
    {
        ChainChannel channel = await _chain.OpenChannelAsync(1_000);
        var key = PrivateKey.Parse(_chain.State.Accounts["signer"].PrivateKey);
        Assert.Equal(channel.Signer, AddressText.Checksum(key.Address));
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(
            message, Address.Parse(_chain.State.MultiPartyEscrow), new ChannelId((ulong)channel.Id), new ChannelNonce(0), 700);
        await _chain.ClaimAsync(channel.Id, 700, "0x" + Convert.ToHexStringLower(key.SignMessage(message)));
        Assert.Equal(300, (await _chain.GetChannelAsync(channel.Id)).Value);
    }

    [Fact]
    public async Task Reorganisation_OfAnOpeningADepositAndAClaim_IsUndoneInMemory()
    {
        await using var gateway = new RunningFollower(_chain);
        ChainChannel kept = await _chain.OpenChannelAsync(1_000);
        Assert.Equal(ChannelReadResult.Found, await gateway.ReadChannelAsync(kept.Id));
        ChainBlock before = await FollowedAsync(gateway);

        ChainChannel opened = await _chain.OpenChannelAsync(50);
        await _chain.AddFundsAsync(kept.Id, 500);
        await _chain.ClaimAsync(kept.Id, 100);
        Assert.Equal(ChannelReadResult.Found, await gateway.ReadChannelAsync(opened.Id));
        await RunningFollower.UntilAsync(
            () => gateway.State(kept.Id) is { Freshness: ReadingFreshness.Fresh } state && state.Nonce.Value == 1UL);
        Assert.Equal(1_400UL, gateway.State(kept.Id).Reading.Value);
        ChainBlock tip = await FollowedAsync(gateway);

        await _chain.ReorganizeAsync(tip.Number - before.Number);
        await RunningFollower.UntilAsync(
            () => gateway.State(kept.Id) is { Freshness: ReadingFreshness.Fresh } state && state.Nonce.Value == UInt256.Zero);
        Assert.Equal(1_000UL, gateway.State(kept.Id).Reading.Value);
        Assert.Equal(ChannelReadResult.NotFound, await gateway.ReadChannelAsync(opened.Id));
    }

    [Fact]
    public async Task Endpoint_DownAndBack_OthersAreUsed_AndItRecovers()
    {
        // One node with two host names.
        Uri other = new UriBuilder(_chain.State.RpcUrl) { Host = "localhost" }.Uri;
        await using var gateway = new RunningFollower(
            _chain, options => options.Endpoints = [_chain.State.RpcUrl.ToString(), other.ToString()]);
        ChainChannel channel = await _chain.OpenChannelAsync(1_000);
        Assert.Equal(ChannelReadResult.Found, await gateway.ReadChannelAsync(channel.Id));
        Assert.Equal(0, gateway.Line.Count("eth_getBlockByNumber", "localhost"));

        gateway.Line.Cut(_chain.State.RpcUrl.Host);
        await _chain.AddFundsAsync(channel.Id, 1);
        Assert.Equal(ChannelReadResult.Found, await gateway.ReadChannelAsync(channel.Id, ReadPriority.KnownParty));
        Assert.Equal(1_001UL, gateway.State(channel.Id).Reading.Value);

        gateway.Line.Cut("localhost");
        Assert.Equal(ChannelReadResult.Unreachable, await gateway.ReadChannelAsync(channel.Id, ReadPriority.KnownParty));
        await _chain.AddFundsAsync(channel.Id, 1);

        gateway.Line.Mend(_chain.State.RpcUrl.Host);
        gateway.Line.Mend("localhost");
        await RunningFollower.UntilAsync(
            () => gateway.State(channel.Id).Reading.Value == 1_002UL && gateway.Follower.Status.LastFailure is null);
    }

    [Fact]
    public async Task Endpoint_OfAnotherChainOrWithoutTheContract_IsNotUsed()
    {
        await using var otherChain = new RunningFollower(_chain, options => options.ChainId = 1);
        Assert.Equal(ChannelReadResult.Unreachable, await otherChain.ReadChannelAsync(0));
        Assert.Contains("31337", otherChain.Follower.Status.Endpoints[0].Fault, StringComparison.Ordinal);
        Assert.Equal(0, otherChain.Line.Count("eth_getBlockByNumber"));

        await using var noContract = new RunningFollower(
            _chain, options => options.EscrowAddress = _chain.State.Accounts["stranger"].Address);
        Assert.Equal(ChannelReadResult.Unreachable, await noContract.ReadChannelAsync(0));
        Assert.False(noContract.Follower.Status.Endpoints[0].IsUsable);
        Assert.Equal(0, noContract.Line.Count("eth_getBlockByNumber"));
    }

    [Fact]
    public async Task Flood_OfRandomAndForeignIds_CostsAtMostTheReadBudget()
    {
        await using var gateway = new RunningFollower(_chain);
        var foreign = new List<BigInteger>();
        for (int i = 0; i < 60; i++)
        {
            foreign.Add((await _chain.OpenChannelAsync(1, recipient: "provider2")).Id);
        }

        ChainChannel ours = await _chain.OpenChannelAsync(1_000);
        await FollowedAsync(gateway);
        var random = new Random(5);
        long start = Stopwatch.GetTimestamp();
        IEnumerable<Task<ChannelReadResult>> flood = Enumerable.Range(0, 3_000)
            .Select(i => gateway.ReadChannelAsync(
                i % 2 == 0 ? foreign[random.Next(foreign.Count)] : new BigInteger(random.NextInt64(1_000, long.MaxValue))));
        Task<ChannelReadResult>[] looks = [.. flood];
        Assert.Equal(ChannelReadResult.Found, await gateway.ReadChannelAsync(ours.Id, ReadPriority.KnownParty));
        ChannelReadResult[] results = await Task.WhenAll(looks).WaitAsync(TimeSpan.FromSeconds(30));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        // Half of 20 a second, the saved-up reads, and the known party's read.
        Assert.InRange(gateway.Line.Count("channels"), 2, 10 + (int)(10 * seconds) + 1);
        Assert.Equal(1_500, results.Count(look => look == ChannelReadResult.NotFound));
        Assert.DoesNotContain(ChannelReadResult.Found, results);
        Assert.DoesNotContain(ChannelReadResult.Unreachable, results);
    }

    [Fact]
    public async Task Idle_OnlyTheHeadIsRead()
    {
        await using var gateway = new RunningFollower(_chain);
        ChainChannel channel = await _chain.OpenChannelAsync(1_000);
        await gateway.ReadChannelAsync(channel.Id);
        await FollowedAsync(gateway);
        gateway.Line.TakeAll();
        await RunningFollower.UntilAsync(() => gateway.Line.Count("eth_getBlockByNumber") > 5);
        Assert.All(gateway.Line.TakeAll(), method => Assert.Equal("eth_getBlockByNumber", method));
    }

    private async Task<ChainBlock> FollowedAsync(RunningFollower gateway)
    {
        ulong head = await _chain.GetBlockNumberAsync();
        await RunningFollower.UntilAsync(() => gateway.Follower.Cursor?.Number == head);
        return gateway.Follower.Cursor!.Value;
    }

    private static BigInteger Number(UInt256 value) =>
        BigInteger.Parse(value.ToString(), System.Globalization.CultureInfo.InvariantCulture);
}
