using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SnetGateway.Grpc.Server;
using Xunit;

namespace SnetGateway.Tests.Grpc.Server;

public sealed class GrpcEndpointTests(ITestOutputHelper output)
{
    private const string Service = "snet.tests.Echo";
    private const string Unary = $"/{Service}/Unary";

    private static readonly byte[] Hello = RawGrpc.Frame(new EchoMessage { Text = "hello" });

    private static Task<GrpcTestHost> StartAsync(Func<EchoMessage, GrpcServerCall, ValueTask<EchoMessage>>? handler = null, GrpcEndpointOptions? options = null) =>
        GrpcTestHost.StartAsync(app => app.MapGrpcService(Service, options)
            .MapGrpcUnary("Unary", handler ?? ((request, _) => ValueTask.FromResult(request))));

    [Fact]
    public async Task Unary_Request_AnswerAsLiteralBytes()
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(Unary, [0, 0, 0, 0, 7, 0x0A, 5, (byte)'h', (byte)'e', (byte)'l', (byte)'l', (byte)'o']);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(new byte[] { 0, 0, 0, 0, 7, 0x0A, 5, (byte)'h', (byte)'e', (byte)'l', (byte)'l', (byte)'o' }, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(("0", null, false), await response.ReadStatusAsync());
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    public async Task Unary_OtherSpellingsOfTheContentType_Served(string contentType)
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(Unary, Hello, ("content-type", contentType));
        Assert.Equal("0", (await response.ReadStatusAsync()).Status);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc+json")]
    [InlineData("application/grpc-web+proto")]
    [InlineData("")]
    public async Task ContentType_NotPlainProtobufGrpc_415(string contentType)
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(Unary, Hello, ("content-type", contentType));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal(("13", "the content type must be application/grpc", false), await response.ReadStatusAsync());
    }

    [Fact]
    public async Task Method_NotPost_405()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(host.Http1Address, Unary));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Http11_PlainGrpc_RefusedWithAClearAnswer()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient();
        using var content = new ByteArrayContent(Hello);
        content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        using var response = await http.PostAsync(new Uri(host.Http1Address, Unary), content);
        Assert.Equal(HttpStatusCode.HttpVersionNotSupported, response.StatusCode);
        Assert.Equal("gRPC needs HTTP/2\n", await response.Content.ReadAsStringAsync());
        Assert.Equal(("13", "gRPC needs HTTP/2", false), await response.ReadStatusAsync());
    }

    [Fact]
    public async Task UnknownMethod_OfAKnownService_Unimplemented()
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync($"/{Service}/Nothing", Hello);
        Assert.Equal(("12", $"the service {Service} has no such method", true), await response.ReadStatusAsync());
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 0xFF })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public async Task Body_BrokenFrame_InternalAsTrailersOnly(byte[] body)
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(Unary, body);
        var (status, message, isTrailersOnly) = await response.ReadStatusAsync();
        Assert.Equal("13", status);
        Assert.NotEmpty(message!);
        Assert.True(isTrailersOnly);
        Assert.Equal(body.Length == 0, message == "the request has no message");
        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Body_GeneratedGarbage_AlwaysAStatusAndNeverAnError()
    {
        var random = Seeds.Random(output);
        await using var host = await StartAsync(options: new GrpcEndpointOptions { MaxRequestBytes = 64, MaxResponseBytes = 64 });
        for (var round = 0; round < 2_000; round++)
        {
            var body = new byte[random.Next(40)];
            random.NextBytes(body);
            if (body.Length > 4)
            {
                body[0] &= (byte)(random.Next(4) == 0 ? 3 : 1);
                body[1] = body[2] = body[3] = 0;
                body[4] = (byte)(random.Next(3) == 0 ? random.Next(70) : body.Length - 5);
            }

            using var response = random.Next(2) == 0 ? await host.PostAsync(Unary, body, ("grpc-encoding", "gzip")) : await host.PostAsync(Unary, body);
            Assert.Contains((await response.ReadStatusAsync()).Status, new[] { "0", "8", "13" });
        }

        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Request_AtAndOverTheLimit_OkAndResourceExhausted()
    {
        await using var host = await StartAsync(options: new GrpcEndpointOptions { MaxRequestBytes = 7 });
        using var allowed = await host.PostAsync(Unary, Hello);
        Assert.Equal("0", (await allowed.ReadStatusAsync()).Status);
        using var refused = await host.PostAsync(Unary, RawGrpc.Frame(new EchoMessage { Text = "hello!" }));
        Assert.Equal(("8", "a message is longer than the 7 bytes allowed", true), await refused.ReadStatusAsync());
    }

    [Fact]
    public async Task Response_OverTheLimit_ResourceExhaustedAndNoByte()
    {
        await using var host = await StartAsync((_, _) => ValueTask.FromResult(new EchoMessage { Data = ByteString.CopyFrom(new byte[100]) }), new GrpcEndpointOptions { MaxResponseBytes = 100 });
        using var response = await host.PostAsync(Unary, Hello);
        Assert.Equal(("8", "a message is longer than the 100 bytes allowed", true), await response.ReadStatusAsync());
    }

    [Fact]
    public async Task Gzip_Request_Expanded()
    {
        await using var host = await StartAsync();
        var message = new EchoMessage { Text = new string('x', 100_000) };
        using var response = await host.PostAsync(Unary, RawGrpc.Frame(RawGrpc.Gzip(message.ToByteArray()), flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal("0", (await response.ReadStatusAsync()).Status);
        Assert.Equal(message, EchoMessage.Parser.ParseFrom((await response.Content.ReadAsByteArrayAsync())[5..]));
    }

    [Fact]
    public async Task Gzip_SmallMessageThatExpandsOverTheLimit_ResourceExhausted()
    {
        await using var host = await StartAsync(options: new GrpcEndpointOptions { MaxRequestBytes = 1_000_000 });
        var bomb = RawGrpc.Gzip(new byte[200_000_000]);
        Assert.InRange(bomb.Length, 0, 1_000_000);
        using var response = await host.PostAsync(Unary, RawGrpc.Frame(bomb, flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal("8", (await response.ReadStatusAsync()).Status);
    }

    [Fact]
    public async Task Gzip_NotGzip_Internal()
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(Unary, RawGrpc.Frame([1, 2, 3], flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal(("13", "a compressed message is not gzip", true), await response.ReadStatusAsync());
    }

    [Fact]
    public async Task Encoding_Unknown_UnimplementedAndTheKnownOnesNamed()
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(Unary, Hello, ("grpc-encoding", "snappy"));
        Assert.Equal(("12", "grpc-encoding is none of identity,gzip", true), await response.ReadStatusAsync());
        Assert.Equal("identity,gzip", response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Theory]
    [InlineData("1")]
    [InlineData("-1S")]
    [InlineData("123456789S")]
    public async Task Timeout_Malformed_Internal(string timeout)
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(Unary, Hello, ("grpc-timeout", timeout));
        Assert.Equal(("13", "malformed grpc-timeout", true), await response.ReadStatusAsync());
    }

    [Fact]
    public async Task Timeout_LongestPossible_Served()
    {
        await using var host = await StartAsync();
        using var response = await host.PostAsync(Unary, Hello, ("grpc-timeout", "99999999H"));
        Assert.Equal("0", (await response.ReadStatusAsync()).Status);
    }

    [Fact]
    public async Task Timeout_Over_HandlerIsToldAndDeadlineExceededIsTheWholeAnswer()
    {
        await using var host = await StartAsync(async (request, call) =>
        {
            Assert.NotNull(call.Deadline);
            await new TaskCompletionSource().Task.WaitAsync(call.CancellationToken);
            return request;
        });
        using var response = await host.PostAsync(Unary, Hello, ("grpc-timeout", "20m"));
        Assert.Equal(("4", "the deadline has passed", true), await response.ReadStatusAsync());
        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Handler_ThrowsAStatus_ThatAnswerWithItsTrailers()
    {
        var trailers = new Metadata();
        trailers.Add("retry-after", "7");
        await using var host = await StartAsync((_, _) => throw new RpcException(new Status((StatusCode)1000, "nonce über 100%"), trailers));
        using var response = await host.PostAsync(Unary, Hello);
        Assert.Equal(("1000", "nonce %C3%BCber 100%25", true), await response.ReadStatusAsync());
        Assert.Equal("7", response.Headers.GetValues("retry-after").Single());
        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Handler_ThrowsAnythingElse_TellsNothingAndIsLoggedOnce()
    {
        await using var host = await StartAsync((_, _) => throw new InvalidOperationException("secret of the inside"));
        using var response = await host.PostAsync(Unary, Hello);
        Assert.Equal(("2", "the service failed", true), await response.ReadStatusAsync());
        Assert.Equal(8001, Assert.Single(host.Log, entry => entry.Level >= LogLevel.Warning).Id.Id);
    }

    [Fact]
    public async Task Stream_FailsAfterAMessage_StatusInTheTrailers()
    {
        await using var host = await GrpcTestHost.StartAsync(app => app.MapGrpcService(Service)
            .MapGrpcServerStreaming<EchoMessage, EchoMessage>("Stream", async (request, responses, call) =>
            {
                await responses.WriteAsync(request, call.CancellationToken);
                throw new RpcException(new Status(StatusCode.Aborted, "halfway"));
            }));
        using var response = await host.PostAsync($"/{Service}/Stream", Hello);
        Assert.Equal(Hello, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(("10", "halfway", false), await response.ReadStatusAsync());
    }

    [Fact]
    public async Task Stream_WithoutAMessage_OkAsTrailersOnly()
    {
        await using var host = await GrpcTestHost.StartAsync(app => app.MapGrpcService(Service)
            .MapGrpcServerStreaming<EchoMessage, EchoMessage>("Stream", (_, _, _) => ValueTask.CompletedTask));
        using var response = await host.PostAsync($"/{Service}/Stream", Hello);
        Assert.Equal(("0", null, true), await response.ReadStatusAsync());
    }
}
