using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using SnetGateway.Grpc.Client;
using SnetGateway.Grpc.Server;
using Xunit;

namespace SnetGateway.Tests.Grpc.Client;

public sealed class GrpcClientTests
{
    private const string Service = "snet.tests.Echo";

    private static GrpcMethod<EchoMessage, EchoMessage> Method(string name) => GrpcMethod.Protobuf<EchoMessage, EchoMessage>($"/{Service}/{name}");

    private static Task<GrpcTestHost> StartAsync(Action<GrpcServiceEndpoints> map) =>
        GrpcTestHost.StartAsync(app => map(app.MapGrpcService(Service, new GrpcEndpointOptions { MaxRequestBytes = 16 << 20, MaxResponseBytes = 16 << 20 })));

    // Not by a registration on the token: what waits on the token is told first, and its unwinding takes the registration off unheard.
    private static async Task TellWhenCancelledAsync(GrpcServerCall call, TaskCompletionSource cancelled)
    {
        try
        {
            await new TaskCompletionSource().Task.WaitAsync(call.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            cancelled.SetResult();
            throw;
        }
    }

    private static async Task<Status> FailAsync(Func<Task> call) =>
        (await Assert.ThrowsAsync<RpcException>(() => call().WaitAsync(GrpcTestHost.Patience))).Status;

    [Fact]
    public async Task Unary_MetadataBothWays_Arrives()
    {
        await using var host = await StartAsync(service => service.MapGrpcUnary<EchoMessage, EchoMessage>("Unary", (request, call) =>
        {
            call.ResponseHeaders.Add("x-head", call.HttpContext.Request.Headers["x-text"].ToString());
            call.ResponseHeaders.Add("x-head-bin", [1, 2, 255]);
            call.Trailers.Add("x-tail", call.HttpContext.Request.Headers["x-data-bin"].ToString());
            return ValueTask.FromResult(new EchoMessage { Text = request.Text + " back" });
        }));
        var metadata = new Metadata();
        metadata.Add("X-Text", "some, text");
        metadata.Add("x-data-bin", [0xFF, 0xFE]);
        var response = await host.Client.UnaryAsync(Method("Unary"), new EchoMessage { Text = "there and" }, new GrpcCallOptions { Metadata = metadata }, CancellationToken.None);
        Assert.Equal("there and back", response.Message.Text);
        Assert.Equal("some, text", response.Headers.GetValue("x-head"));
        Assert.Equal([1, 2, 255], response.Headers.GetValueBytes("x-head-bin")!);
        Assert.Equal("//4", response.Trailers.GetValue("x-tail"));
    }

    [Fact]
    public async Task Unary_Bytes_PassUnread()
    {
        await using var host = await StartAsync(service => service.MapGrpcUnary<EchoMessage, EchoMessage>("Unary", (request, _) => ValueTask.FromResult(request)));
        ReadOnlyMemory<byte> message = new EchoMessage { Text = "bytes" }.ToByteArray();
        var response = await host.Client.UnaryAsync(GrpcMethod.Bytes($"/{Service}/Unary"), message, null, CancellationToken.None);
        Assert.Equal(message.ToArray(), response.Message.ToArray());
    }

    [Fact]
    public async Task Unary_ThroughAnHttpClientAndManyAtOnce_AllAnswered()
    {
        await using var host = await StartAsync(service => service.MapGrpcUnary<EchoMessage, EchoMessage>("Unary", (request, _) => ValueTask.FromResult(request)));
        using var http = new HttpClient(GrpcClient.CreateHandler());
        var client = new GrpcClient(http, host.Address);
        var calls = Enumerable.Range(0, 300).Select(number => client.UnaryAsync(Method("Unary"), new EchoMessage { Count = number }, null, CancellationToken.None));
        var responses = await Task.WhenAll(calls).WaitAsync(GrpcTestHost.Patience);
        Assert.Equal(Enumerable.Range(0, 300), responses.Select(response => response.Message.Count));
    }

    [Fact]
    public async Task Unary_LongMessages_WholeBothWays()
    {
        await using var host = await StartAsync(service => service.MapGrpcUnary<EchoMessage, EchoMessage>("Unary", (request, _) => ValueTask.FromResult(request)));
        var client = new GrpcClient(host.Http, host.Address, new GrpcClientOptions { MaxResponseBytes = 16 << 20 });
        var message = new EchoMessage { Data = ByteString.CopyFrom(new byte[10 << 20]) };
        var response = await client.UnaryAsync(Method("Unary"), message, null, CancellationToken.None).WaitAsync(GrpcTestHost.Patience);
        Assert.Equal(message, response.Message);

        Assert.Equal(StatusCode.ResourceExhausted, (await FailAsync(() => host.Client.UnaryAsync(Method("Unary"), message, null, CancellationToken.None))).StatusCode);
        var narrow = new GrpcClient(host.Http, host.Address, new GrpcClientOptions { MaxRequestBytes = 100 });
        Assert.Equal(StatusCode.ResourceExhausted, (await FailAsync(() => narrow.UnaryAsync(Method("Unary"), message, null, CancellationToken.None))).StatusCode);
    }

    [Fact]
    public async Task ServerStreaming_Messages_InOrderAndTrailers()
    {
        await using var host = await StartAsync(service => service.MapGrpcServerStreaming<EchoMessage, EchoMessage>("Stream", async (request, responses, call) =>
        {
            for (var count = 0; count < request.Count; count++)
            {
                await responses.WriteAsync(new EchoMessage { Count = count }, call.CancellationToken);
            }

            call.Trailers.Add("x-sent", "all");
        }));
        await using var call = host.Client.StartServerStreaming(Method("Stream"), new EchoMessage { Count = 1000 }, null, CancellationToken.None);
        var counts = new List<int>();
        await foreach (var message in call.ReadAllAsync())
        {
            counts.Add(message.Count);
        }

        Assert.Equal(Enumerable.Range(0, 1000), counts);
        Assert.Equal(Status.DefaultSuccess, call.Status);
        Assert.Equal("all", call.Trailers.GetValue("x-sent"));
    }

    [Fact]
    public async Task ClientStreaming_Messages_OneAnswer()
    {
        await using var host = await StartAsync(service => service.MapGrpcClientStreaming<EchoMessage, EchoMessage>("Sum", async (requests, call) =>
        {
            var sum = 0;
            await foreach (var request in requests.ReadAllAsync(call.CancellationToken))
            {
                sum += request.Count;
            }

            return new EchoMessage { Count = sum };
        }));
        await using var call = host.Client.Start(Method("Sum"), null, CancellationToken.None);
        for (var count = 1; count <= 100; count++)
        {
            Assert.True(await call.WriteAsync(new EchoMessage { Count = count }));
        }

        call.CompleteRequests();
        Assert.Equal(5050, (await call.ReadSingleAsync().WaitAsync(GrpcTestHost.Patience)).Message.Count);
    }

    [Fact]
    public async Task Duplex_EachAnswerBeforeTheNextRequest_Works()
    {
        await using var host = await StartAsync(service => service.MapGrpcDuplexStreaming<EchoMessage, EchoMessage>("Talk", async (requests, responses, call) =>
        {
            await responses.WriteAsync(new EchoMessage { Text = "I speak first" }, call.CancellationToken);
            await foreach (var request in requests.ReadAllAsync(call.CancellationToken))
            {
                await responses.WriteAsync(new EchoMessage { Count = request.Count * 2 }, call.CancellationToken);
            }
        }));
        await using var call = host.Client.Start(Method("Talk"), null, CancellationToken.None);
        Assert.Equal("I speak first", (await call.ReadAsync().AsTask().WaitAsync(GrpcTestHost.Patience)).Message.Text);
        for (var count = 0; count < 50; count++)
        {
            Assert.True(await call.WriteAsync(new EchoMessage { Count = count }));
            Assert.Equal(count * 2, (await call.ReadAsync().AsTask().WaitAsync(GrpcTestHost.Patience)).Message.Count);
        }

        call.CompleteRequests();
        Assert.False((await call.ReadAsync().AsTask().WaitAsync(GrpcTestHost.Patience)).HasMessage);
        Assert.Equal(Status.DefaultSuccess, call.Status);
    }

    [Fact]
    public async Task Duplex_ServiceEndsEarly_WriterIsToldAndReaderGetsTheStatus()
    {
        await using var host = await StartAsync(service => service.MapGrpcDuplexStreaming<EchoMessage, EchoMessage>("Talk", (_, _, _) =>
            throw new RpcException(new Status(StatusCode.PermissionDenied, "go away"))));
        await using var call = host.Client.Start(Method("Talk"), null, CancellationToken.None);
        var status = await FailAsync(async () => await call.ReadAsync());
        Assert.Equal(new Status(StatusCode.PermissionDenied, "go away"), status);
        while (await call.WriteAsync(new EchoMessage()).AsTask().WaitAsync(GrpcTestHost.Patience))
        {
            // The reset is on its way; a write that still passes is no error.
        }
    }

    [Fact]
    public async Task Status_FromTheService_CodeTextAndTrailers()
    {
        var trailers = new Metadata();
        trailers.Add("retry-after", "3");
        await using var host = await StartAsync(service => service.MapGrpcUnary<EchoMessage, EchoMessage>("Unary", (_, _) =>
            throw new RpcException(new Status((StatusCode)1000, "nonce 50% ü"), trailers)));
        var failure = await Assert.ThrowsAsync<RpcException>(() => host.Client.UnaryAsync(Method("Unary"), new EchoMessage(), null, CancellationToken.None));
        Assert.Equal(new Status((StatusCode)1000, "nonce 50% ü"), failure.Status);
        Assert.Equal("3", failure.Trailers.GetValue("retry-after"));
    }

    [Fact]
    public async Task Deadline_Passes_BothSidesEnd()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(service => service.MapGrpcUnary<EchoMessage, EchoMessage>("Unary", async (request, call) =>
        {
            await TellWhenCancelledAsync(call, cancelled);
            return request;
        }));
        var options = new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(50) };
        Assert.Equal(StatusCode.DeadlineExceeded, (await FailAsync(() => host.Client.UnaryAsync(Method("Unary"), new EchoMessage(), options, CancellationToken.None))).StatusCode);
        await cancelled.Task.WaitAsync(GrpcTestHost.Patience);
        Assert.Equal(StatusCode.DeadlineExceeded, (await FailAsync(() => host.Client.UnaryAsync(Method("Unary"), new EchoMessage(), new GrpcCallOptions { Timeout = TimeSpan.Zero }, CancellationToken.None))).StatusCode);
    }

    [Fact]
    public async Task Cancel_WhileWaiting_HandlerIsCancelledAndCallerGetsItsOwnToken()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(service => service.MapGrpcUnary<EchoMessage, EchoMessage>("Unary", async (request, call) =>
        {
            started.SetResult();
            await TellWhenCancelledAsync(call, cancelled);
            return request;
        }));
        using var source = new CancellationTokenSource();
        var call = host.Client.UnaryAsync(Method("Unary"), new EchoMessage(), null, source.Token);
        await started.Task.WaitAsync(GrpcTestHost.Patience);
        await source.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(GrpcTestHost.Patience));
        Assert.Equal(source.Token, thrown.CancellationToken);
        await cancelled.Task.WaitAsync(GrpcTestHost.Patience);
        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Dispose_InsideAStream_HandlerIsCancelled()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(service => service.MapGrpcServerStreaming<EchoMessage, EchoMessage>("Stream", async (request, responses, call) =>
        {
            try
            {
                while (true)
                {
                    await responses.WriteAsync(request, call.CancellationToken);
                }
            }
            catch (OperationCanceledException)
            {
                cancelled.SetResult();
                throw;
            }
        }));
        await using (var call = host.Client.StartServerStreaming(Method("Stream"), new EchoMessage { Text = "x" }, null, CancellationToken.None))
        {
            Assert.True((await call.ReadAsync()).HasMessage);
        }

        await cancelled.Task.WaitAsync(GrpcTestHost.Patience);
        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task NoConnection_Unavailable_AndAWriterIsNotLeftWaiting()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        using var http = new HttpMessageInvoker(GrpcClient.CreateHandler());
        var client = new GrpcClient(http, new Uri($"http://127.0.0.1:{port}"));
        Assert.Equal(StatusCode.Unavailable, (await FailAsync(() => client.UnaryAsync(Method("Unary"), new EchoMessage(), null, CancellationToken.None))).StatusCode);
        await using var call = client.Start(Method("Talk"), null, CancellationToken.None);
        Assert.False(await call.WriteAsync(new EchoMessage()).AsTask().WaitAsync(GrpcTestHost.Patience));
        Assert.Equal(StatusCode.Unavailable, (await FailAsync(async () => await call.ReadAsync())).StatusCode);
    }

    /// <summary>What the handler throws when a connection is reset between its accept and its first use.</summary>
    [Fact]
    public async Task ConnectionGoneAtOnce_Unavailable()
    {
        using var http = new HttpMessageInvoker(new GoneConnection());
        var client = new GrpcClient(http, new Uri("http://127.0.0.1:1"));
        Assert.Equal(StatusCode.Unavailable, (await FailAsync(() => client.UnaryAsync(Method("Unary"), new EchoMessage(), null, CancellationToken.None))).StatusCode);
    }

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(200, StatusCode.Unknown)]
    public async Task HttpAnswer_WithoutGrpcStatus_ByTheTable(int httpStatus, StatusCode expected)
    {
        await using var host = await GrpcTestHost.StartAsync(app => app.Run(context =>
        {
            context.Response.StatusCode = httpStatus;
            return context.Response.WriteAsync("a page");
        }));
        Assert.Equal(expected, (await FailAsync(() => host.Client.UnaryAsync(Method("Unary"), new EchoMessage(), null, CancellationToken.None))).StatusCode);
    }

    [Theory]
    [InlineData(new byte[] { }, StatusCode.Unknown)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, StatusCode.Unknown)]
    [InlineData(new byte[] { 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 7, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 0xFF }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0xFF, 0, 0, 0 }, StatusCode.ResourceExhausted)]
    public async Task Answer_BrokenOrWithoutStatus_Told(byte[] body, StatusCode expected)
    {
        await using var host = await GrpcTestHost.StartAsync(app => app.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(body);
        }));
        Assert.Equal(expected, (await FailAsync(() => host.Client.UnaryAsync(Method("Unary"), new EchoMessage(), null, CancellationToken.None))).StatusCode);
    }

    [Fact]
    public async Task Answer_GzipAndBadStatusText_Read()
    {
        await using var host = await GrpcTestHost.StartAsync(app => app.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-encoding"] = "gzip";
            await context.Response.Body.WriteAsync(RawGrpc.Frame(RawGrpc.Gzip(new EchoMessage { Text = "small" }.ToByteArray()), flag: 1));
            context.Response.AppendTrailer("grpc-status", "nonsense");
        }));
        await using var call = host.Client.StartServerStreaming(Method("Unary"), new EchoMessage(), null, CancellationToken.None);
        Assert.Equal("small", (await call.ReadAsync()).Message.Text);
        Assert.Equal(StatusCode.Unknown, (await FailAsync(async () => await call.ReadAsync())).StatusCode);
    }

    [Theory]
    [InlineData(2, StatusCode.Internal)]
    [InlineData(8, StatusCode.Cancelled)]
    [InlineData(11, StatusCode.ResourceExhausted)]
    public async Task Reset_BeforeAndInsideTheAnswer_ByTheTable(int errorCode, StatusCode expected)
    {
        await using var host = await GrpcTestHost.StartAsync(app => app.Run(async context =>
        {
            if (context.Request.Path.Value!.EndsWith("Inside", StringComparison.Ordinal))
            {
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 9 });
                await context.Response.Body.FlushAsync();
            }

            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(errorCode);
        }));
        Assert.Equal(expected, (await FailAsync(() => host.Client.UnaryAsync(Method("Before"), new EchoMessage(), null, CancellationToken.None))).StatusCode);
        Assert.Equal(expected, (await FailAsync(() => host.Client.UnaryAsync(Method("Inside"), new EchoMessage(), null, CancellationToken.None))).StatusCode);
    }

    private sealed class GoneConnection : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(new SocketException((int)SocketError.NotConnected));
    }
}
