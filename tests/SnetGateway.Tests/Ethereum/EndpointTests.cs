using System.Net;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

public sealed class EndpointTests
{
    [Fact]
    public async Task FirstEndpointDown_TheNextIsAsked_AndTheFirstAgainWhenItIsBack()
    {
        await using FollowerBench bench = Two(TimeSpan.FromHours(1));
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").Fault = _ => throw new HttpRequestException("refused");

        // A broken connection is tried once more after a moment, which the clock must give.
        Task<ChannelLook> look = bench.Follower.LookAsync(new ChannelId(0), LookPriority.Stranger, CancellationToken.None).AsTask();
        Assert.Equal(ChannelLook.Found, Assert.Single(await bench.DriveAsync(look)));
        Assert.False(bench.Follower.Status.Endpoints[0].IsUsable);
        Assert.True(bench.Follower.Status.Endpoints[1].IsUsable);

        bench.Chain.Host("a.test").Fault = null;
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        bench.Chain.Host("b.test").Asked.Clear();
        bench.Chain.Mine();
        Assert.Equal(ChannelLook.Found, await bench.LookAsync(0));
        Assert.Empty(bench.Chain.Host("b.test").Asked);
        Assert.Contains("eth_getCode", bench.Chain.Host("a.test").Asked); // asked again who it is
    }

    [Fact]
    public async Task EndpointOfAnotherChain_IsNeverAskedForMore()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").ChainId = 11_155_111;
        Assert.Equal(ChannelLook.Found, await bench.LookAsync(0));
        Assert.Equal(["eth_chainId"], bench.Chain.Host("a.test").Asked);
        Assert.Contains("11155111", bench.Follower.Status.Endpoints[0].Fault, StringComparison.Ordinal);
        Assert.Contains(bench.Logged, line => line.StartsWith("Error EndpointRefused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EndpointWithoutTheContract_IsNeverAskedForMore()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").HasCode = false;
        Assert.Equal(ChannelLook.Found, await bench.LookAsync(0));
        Assert.Equal(["eth_chainId", "eth_getCode"], bench.Chain.Host("a.test").Asked);
    }

    [Fact]
    public async Task OnlyEndpointIsOfAnotherChain_NothingIsReadAtAll()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").ChainId = 2;
        Assert.Equal(ChannelLook.Unreachable, await bench.LookAsync(0));
        Assert.Null(bench.Follower.Head);
        Assert.Null(bench.Book.Find(new ChannelId(0)));
    }

    [Fact]
    public async Task EndpointMovedToAnotherChainWhileItWasAway_IsNoticedWhenItIsBack()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        await bench.LookAsync(0);
        bench.Chain.Host("a.test").Fault = _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        bench.Chain.Mine();
        await bench.LookAsync(0);
        bench.Chain.Host("a.test").Fault = null;
        bench.Chain.Host("a.test").ChainId = 5;
        bench.Chain.Host("a.test").Asked.Clear();
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        bench.Chain.Mine();
        Assert.Equal(ChannelLook.Found, await bench.LookAsync(0));
        Assert.Equal(["eth_chainId"], bench.Chain.Host("a.test").Asked);
    }

    [Fact]
    public async Task EndpointThatStalls_IsLeftAfterItsDeadline()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        await bench.LookAsync(0);
        bench.Chain.Mine();
        var reached = new TaskCompletionSource();
        bench.Chain.Host("a.test").Gate = (_, cancellationToken) =>
        {
            reached.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        };
        Task<ChannelLook> look = bench.LookAsync(0);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ChannelLook.Found, await look);
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
    public async Task EndpointThatTalksNonsense_IsSetAside(string nonsense)
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").Fault = _ => ScriptedChain.Json(nonsense);
        Assert.Equal(ChannelLook.Found, await bench.LookAsync(0));
        Assert.False(bench.Follower.Status.Endpoints[0].IsUsable);
        Assert.NotNull(bench.Follower.Status.Endpoints[0].Fault);
    }

    [Fact]
    public async Task EndpointWhoseAnswersHaveNoEnd_IsSetAside()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").Fault = _ => new HttpResponseMessage { Content = new StreamContent(new EndlessStream()) };
        Assert.Equal(ChannelLook.Found, await bench.LookAsync(0));
        Assert.Contains("over", bench.Follower.Status.Endpoints[0].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndpointThatWantsFewerRequests_IsSetAside()
    {
        await using FollowerBench bench = Two();
        bench.Chain.Mine(bench.Open(0));
        bench.Chain.Host("a.test").Error = method => method == "eth_getBlockByNumber" ? -32005 : null;
        Assert.Equal(ChannelLook.Found, await bench.LookAsync(0));
        Assert.False(bench.Follower.Status.Endpoints[0].IsUsable);
    }

    [Fact]
    public async Task LowerHeadOfTheNextEndpoint_IsLagAndNoReorganisation()
    {
        await using FollowerBench bench = Two();
        bench.Chain.MineEmpty(10);
        bench.Chain.Mine(bench.Open(0));
        await bench.FollowAsync();
        ulong head = bench.Follower.Head!.Value.Number;

        bench.Chain.Host("b.test").Lag = 3;
        bench.Chain.Host("a.test").Fault = _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await bench.Follower.RefreshHeadAsync(CancellationToken.None));
        Assert.Equal(head, bench.Follower.Head!.Value.Number);
        Assert.DoesNotContain(bench.Logged, line => line.Contains("Reorganised", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_NeverShowsMoreOfAUrlThanItsHost()
    {
        await using var bench = new FollowerBench(options => options.Endpoints = ["http://user:pass-word@a.test/v3/secret-key?token=secret-token"]);
        bench.Chain.Host("a.test").Fault = _ => new HttpResponseMessage(HttpStatusCode.Unauthorized);
        await bench.LookAsync(0);
        Assert.NotEmpty(bench.Logged);
        string all = string.Join('\n', bench.Logged) + bench.Follower.Status;
        Assert.Contains("a.test", all, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", all, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-word", all, StringComparison.Ordinal);
    }

    private static FollowerBench Two(TimeSpan? requestTimeout = null) => new(options =>
    {
        options.Endpoints = ["http://a.test/key", "http://b.test/key"];
        options.RequestTimeout = requestTimeout ?? options.RequestTimeout;
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
