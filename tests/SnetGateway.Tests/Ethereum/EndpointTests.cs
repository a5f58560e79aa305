using System.Net;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

public sealed class EndpointTests
{
    [Fact]
    public async Task FirstEndpointDown_TheNextIsUsed_AndTheFirstAgainWhenItIsBack()
    {
        await using FollowerBench bench = Two(TimeSpan.FromHours(1));
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").Fault = _ => throw new HttpRequestException("refused");

        // A broken connection is tried again after a pause on the clock.
        Task<ChannelReadResult> look = bench.Follower.ReadChannelAsync(new ChannelId(0), ReadPriority.Anonymous, CancellationToken.None)
            .AsTask();
        Assert.Equal(ChannelReadResult.Found, Assert.Single(await bench.DriveAsync(look)));
        Assert.False(bench.Follower.Status.Endpoints[0].IsUsable);
        Assert.True(bench.Follower.Status.Endpoints[1].IsUsable);

        bench.Chain.Host("a.test").Fault = null;
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        bench.Chain.Host("b.test").Asked.Clear();
        bench.Chain.Mine();
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.Empty(bench.Chain.Host("b.test").Asked);
        Assert.Contains("eth_getCode", bench.Chain.Host("a.test").Asked); // checked again
    }

    [Fact]
    [Rule(13)]
    public async Task EndpointOfAnotherChain_IsNotUsed()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").ChainId = 11_155_111;
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.Equal(["eth_chainId"], bench.Chain.Host("a.test").Asked);
        Assert.Contains("11155111", bench.Follower.Status.Endpoints[0].Fault, StringComparison.Ordinal);
        Assert.Contains(bench.Logged, line => line.StartsWith("Error EndpointMisconfigured", StringComparison.Ordinal));
    }

    [Fact]
    [Rule(13)]
    public async Task EndpointWithoutTheContract_IsNotUsed()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").HasCode = false;
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.Equal(["eth_chainId", "eth_getCode"], bench.Chain.Host("a.test").Asked);
    }

    [Fact]
    public async Task OnlyEndpointIsOfAnotherChain_NothingIsRead()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").ChainId = 2;
        Assert.Equal(ChannelReadResult.Unreachable, await bench.ReadChannelAsync(0));
        Assert.Null(bench.Follower.Head);
        Assert.Null(bench.Book.Find(new ChannelId(0)));
    }

    [Fact]
    [Rule(13)]
    public async Task EndpointMovedToAnotherChainWhileItWasAway_IsNoticedWhenItIsBack()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        await bench.ReadChannelAsync(0);
        bench.Chain.Host("a.test").Fault = _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        bench.Chain.Mine();
        await bench.ReadChannelAsync(0);
        bench.Chain.Host("a.test").Fault = null;
        bench.Chain.Host("a.test").ChainId = 5;
        bench.Chain.Host("a.test").Asked.Clear();
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        bench.Chain.Mine();
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.Equal(["eth_chainId"], bench.Chain.Host("a.test").Asked);
    }

    [Fact]
    public async Task EndpointThatDoesNotRespond_IsLeftAfterItsTimeout()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        await bench.ReadChannelAsync(0);
        bench.Chain.Mine();
        var reached = new TaskCompletionSource();
        bench.Chain.Host("a.test").Gate = (_, cancellationToken) =>
        {
            reached.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        };
        Task<ChannelReadResult> look = bench.ReadChannelAsync(0);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ChannelReadResult.Found, await look);
        Assert.Contains("5 s", bench.Follower.Status.Endpoints[0].Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"jsonrpc":"2.0","id":999999,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"1.0","id":1,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":2,"id":"1","result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"\ud800"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"number":"0x1"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":null}""")]
    [InlineData("""{"\ud800":1,"jsonrpc":"2.0","id":1,"result":null}""")]
    public async Task EndpointWithInvalidResponses_IsSetAside(string nonsense)
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").Fault = _ => ScriptedChain.Json(nonsense);
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.False(bench.Follower.Status.Endpoints[0].IsUsable);
        Assert.NotNull(bench.Follower.Status.Endpoints[0].Fault);
    }

    [Fact]
    public async Task EndpointWithEndlessResponses_IsSetAside()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").Fault = _ => new HttpResponseMessage { Content = new StreamContent(new EndlessStream()) };
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.Contains("exceeds", bench.Follower.Status.Endpoints[0].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndpointWithARateLimit_IsSetAside()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").Error = method => method == "eth_getBlockByNumber" ? -32005 : null;
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        Assert.False(bench.Follower.Status.Endpoints[0].IsUsable);
    }

    [Fact]
    [Rule(13)]
    public async Task LowerHeadOfTheNextEndpoint_IsLag_AndNotAReorganisation()
    {
        await using FollowerBench bench = Two(TimeSpan.FromHours(1));
        bench.Chain.MineEmpty(10);
        bench.Chain.Mine(bench.Open(0));
        await bench.FollowAsync();
        ulong head = bench.Follower.Head!.Value.Number;

        bench.Chain.Host("b.test").Lag = 3;
        bench.Chain.Host("a.test").Fault = _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(Assert.Single(await bench.DriveAsync(bench.Follower.RefreshHeadAsync(CancellationToken.None).AsTask())));
        Assert.Equal(head, bench.Follower.Head!.Value.Number);
        Assert.DoesNotContain(bench.Logged, line => line.Contains("Reorganised", StringComparison.Ordinal));
    }

    [Fact]
    [Rule(13)]
    public async Task FirstEndpointBehind_TheNextIsUsed_AndTheFirstIsSetAside()
    {
        await using FollowerBench bench = Two(TimeSpan.FromHours(1));
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.MineEmpty(20);
        await bench.FollowAsync();
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));

        bench.Chain.Mine(bench.Open(1));
        bench.Chain.Host("a.test").Lag = 11; // restarted from a snapshot
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Task<ChannelReadResult> look = bench.Follower.ReadChannelAsync(new ChannelId(1), ReadPriority.Anonymous, CancellationToken.None)
            .AsTask();
        Assert.Equal(ChannelReadResult.Found, Assert.Single(await bench.DriveAsync(look)));
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Head!.Value.Number);
        Assert.Contains("was already seen", bench.Follower.Status.Endpoints[0].Fault, StringComparison.Ordinal);
        Assert.False(bench.Follower.Status.Endpoints[0].IsUsable);
    }

    [Fact]
    public async Task OneOfTheNodesBehindAUrlLags_TheNextResponseIsUsed_AndTheUrlStays()
    {
        await using var bench = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromHours(1));
        bench.Chain.MineEmpty(5);
        await bench.FollowAsync();
        bench.Chain.Mine(bench.Open(0));
        ScriptedChain.ScriptedHost host = bench.Chain.Host("a.test");
        host.Lag = 2;
        int heads = 0;
        host.Gate = (method, _) =>
        {
            host.Lag = method == "eth_getBlockByNumber" && heads++ == 0 ? 2 : 0;
            return Task.CompletedTask;
        };
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Task<ChannelReadResult> look = bench.Follower.ReadChannelAsync(new ChannelId(0), ReadPriority.Anonymous, CancellationToken.None)
            .AsTask();
        Assert.Equal(ChannelReadResult.Found, Assert.Single(await bench.DriveAsync(look)));
        Assert.True(Assert.Single(bench.Follower.Status.Endpoints).IsUsable);
    }

    [Fact]
    [Rule(13)]
    public async Task EveryEndpointBehind_ReadsFail_AndKnownDataGrowsStale()
    {
        await using FollowerBench bench = Two(TimeSpan.FromHours(1));
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.MineEmpty(20);
        await bench.FollowAsync();
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        DateTimeOffset seen = bench.Clock.GetUtcNow();

        bench.Chain.Host("a.test").Lag = bench.Chain.Host("b.test").Lag = 10;
        bench.Clock.Advance(TimeSpan.FromSeconds(11));
        Task round = bench.Follower.FollowOnceAsync(CancellationToken.None).AsTask();
        await bench.DriveAsync(Record.ExceptionAsync(() => round).AsTask());
        Assert.Contains("was already seen", (await Assert.ThrowsAnyAsync<Exception>(() => round)).Message, StringComparison.Ordinal);
        Task<ChannelReadResult> look = bench.Follower.ReadChannelAsync(new ChannelId(0), ReadPriority.KnownParty, CancellationToken.None)
            .AsTask();
        Assert.Equal(ChannelReadResult.Unreachable, Assert.Single(await bench.DriveAsync(look)));
        Assert.InRange(bench.Follower.Cursor!.Value.SeenAt, DateTimeOffset.MinValue, seen);

        bench.Chain.Host("b.test").Lag = 0;
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        look = bench.Follower.ReadChannelAsync(new ChannelId(0), ReadPriority.KnownParty, CancellationToken.None).AsTask();
        Assert.Equal(ChannelReadResult.Found, Assert.Single(await bench.DriveAsync(look)));
    }

    [Fact]
    [Rule(13)]
    public async Task FirstEndpointStalled_TheNextIsUsed()
    {
        await using FollowerBench bench = Two(TimeSpan.FromHours(1), maxBlockPause: TimeSpan.FromMinutes(1));
        bench.Chain.Mine(bench.Open(0));
        await bench.FollowAsync();
        Assert.Equal(ChannelReadResult.Found, await bench.ReadChannelAsync(0));
        bench.Chain.Mine(block => block.SenderClaim(0)); // the sender withdraws, on blocks that the first node does not have
        bench.Chain.Host("a.test").Lag = 1;
        await bench.FollowAsync();
        Assert.Equal(ReadingFreshness.Fresh, bench.State(0).Freshness);

        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        Task round = bench.Follower.FollowOnceAsync(CancellationToken.None).AsTask();
        await bench.DriveAsync(Record.ExceptionAsync(() => round).AsTask());
        await round;
        Assert.Equal(1UL, bench.State(0).Nonce.Value);
        Assert.Contains("has stayed at block", bench.Follower.Status.Endpoints[0].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChainWithoutNewBlocks_IsRead_AndGrowsStale()
    {
        await using FollowerBench bench = Two(TimeSpan.FromHours(1), maxBlockPause: TimeSpan.FromMinutes(1));
        bench.Chain.Mine(bench.Open(0));
        await bench.FollowAsync();
        DateTimeOffset seen = bench.Clock.GetUtcNow();
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        Task<ChannelReadResult> look = bench.Follower.ReadChannelAsync(new ChannelId(0), ReadPriority.Anonymous, CancellationToken.None)
            .AsTask();
        Assert.Equal(ChannelReadResult.Found, Assert.Single(await bench.DriveAsync(look)));
        Assert.Equal(seen, bench.State(0).Reading.Block.SeenAt);
        Assert.All(bench.Follower.Status.Endpoints, endpoint => Assert.True(endpoint.IsUsable));
    }

    [Fact]
    public async Task UnreadableResponse_WhileAnotherReadWaits_BlocksNeitherTheNextEndpointNorTheNextRead()
    {
        await using var bench = new FollowerBench(options => options.RequestTimeout = TimeSpan.FromHours(1));
        await bench.FollowAsync();
        var reached = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        bench.Chain.Host("a.test").Gate = (_, _) =>
        {
            reached.TrySetResult();
            return go.Task;
        };
        bench.Chain.Host("a.test").Fault = _ => ScriptedChain.Json("""{"\ud800":1,"jsonrpc":"2.0","id":1,"result":null}""");
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Task<bool> first = bench.Follower.RefreshHeadAsync(CancellationToken.None).AsTask();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Task<bool> second = bench.Follower.RefreshHeadAsync(CancellationToken.None).AsTask();
        go.SetResult();
        Assert.All(await bench.DriveAsync(first, second), Assert.False);

        bench.Chain.Host("a.test").Fault = null;
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.True(Assert.Single(await bench.DriveAsync(bench.Follower.RefreshHeadAsync(CancellationToken.None).AsTask())));
    }

    [Fact]
    public async Task EndpointThatHangsWhenItIsBack_IsWaitedForOnce_ByAllReads()
    {
        await using FollowerBench bench = Two();
        const int Reads = 4; // at most as many requests, so none of them waits for the end of another
        bench.Chain.Mine([.. Enumerable.Range(0, Reads).Select(id => bench.Open((ulong)id))]);
        bench.Chain.Host("a.test").Fault = _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        await bench.FollowAsync(); // by the second; the first is set aside
        bench.Chain.Host("a.test").Fault = null;

        // The first one's pause ends while the head is read from the second: all reads then find the first available, and it hangs.
        var headAsked = new TaskCompletionSource();
        var headAnswered = new TaskCompletionSource();
        bench.Chain.Host("b.test").Gate = (method, _) =>
        {
            headAsked.TrySetResult();
            return method == "eth_getBlockByNumber" ? headAnswered.Task : Task.CompletedTask;
        };
        var hanging = new TaskCompletionSource();
        bench.Chain.Host("a.test").Gate = (_, cancellationToken) =>
        {
            hanging.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        };
        bench.Chain.Mine();

        // The head is not read again before the clock moves, so that they all share that read.
        Task<ChannelReadResult>[] looks = [.. Enumerable.Range(0, Reads).Select(id =>
            bench.Follower.ReadChannelAsync(new ChannelId((ulong)id), ReadPriority.Anonymous, CancellationToken.None).AsTask())];
        await Eventually.TrueAsync("the head is asked for", () =>
        {
            bench.Clock.AdvanceToTimer(HeadReader.MinInterval);
            return Task.FromResult(headAsked.Task.IsCompleted);
        });
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        bench.Chain.Host("a.test").Asked.Clear();
        headAnswered.SetResult();
        await hanging.Task.WaitAsync(TimeSpan.FromSeconds(60));

        // In steps shorter than a read may wait: one that is about to be sent is not refused.
        var step = TimeSpan.FromSeconds(1);
        for (TimeSpan advanced = TimeSpan.Zero; advanced < bench.Options.RequestTimeout; advanced += step)
        {
            await Eventually.TrueAsync("no read waits to be sent", () => Task.FromResult(bench.Follower.Status.WaitingReads == 0));
            bench.Clock.Advance(step);
        }

        Assert.All(await Task.WhenAll(looks).WaitAsync(TimeSpan.FromSeconds(60)), look => Assert.Equal(ChannelReadResult.Found, look));
        Assert.Equal(["eth_chainId"], bench.Chain.Host("a.test").Asked);
    }

    [Theory]
    [InlineData("eth_getBlockByHash")]
    [InlineData("eth_getBlockByNumber")]
    public async Task EndpointThatReturnsAnotherBlock_IsSetAside(string method)
    {
        await using FollowerBench bench = Two();
        bench.Chain.MineEmpty(3);
        await bench.FollowAsync();
        bench.Chain.MineEmpty(method == "eth_getBlockByHash" ? 3 : 40);
        bench.Chain.Host("a.test").AnotherBlock = method;
        bench.Chain.Host("a.test").Asked.Clear();
        await bench.FollowAsync();
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.InRange(bench.Chain.Host("a.test").Asked.Count, 1, 10);
        Assert.False(bench.Follower.Status.Endpoints[0].IsUsable);
    }

    [Fact]
    public async Task Log_NeverShowsMoreOfAUrlThanItsHost()
    {
        await using var bench = new FollowerBench(
            options => options.Endpoints = ["http://user:pass-word@a.test/v3/secret-key?token=secret-token"]);
        bench.Chain.Host("a.test").Fault = _ => new HttpResponseMessage(HttpStatusCode.Unauthorized);
        await bench.ReadChannelAsync(0);
        Assert.NotEmpty(bench.Logged);
        string all = string.Join('\n', bench.Logged) + bench.Follower.Status;
        Assert.Contains("a.test", all, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", all, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-word", all, StringComparison.Ordinal);
    }

    private static FollowerBench Two(TimeSpan? requestTimeout = null, TimeSpan? maxBlockPause = null) => new(options =>
    {
        options.Endpoints = ["http://a.test/key", "http://b.test/key"];
        options.RequestTimeout = requestTimeout ?? options.RequestTimeout;
        options.MaxBlockPause = maxBlockPause ?? options.MaxBlockPause;
    });

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => 0; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
