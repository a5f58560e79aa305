using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Health;
using SnetGateway.TestKit;
using Xunit;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Tests.Gateway.Control;

/// <summary>What every service of the gateway's own does with calls and with what is none, at the example of the health service.</summary>
public sealed class OwnServiceTests(ITestOutputHelper output)
{
    private const string Service = "grpc.health.v1.Health";
    private const string Check = $"/{Service}/Check";
    private const string Watch = $"/{Service}/Watch";

    private static readonly byte[] s_everything = RawGrpc.Frame(new HealthCheckRequest());
    private static readonly byte[] s_serving = RawGrpc.Frame(new HealthCheckResponse { Status = ServingStatus.Serving });

    [Fact]
    public async Task Unary_Request_AnswerAsLiteralBytes()
    {
        await using GrpcTestHost host = await StartAsync();
        using HttpResponseMessage response =
            await host.PostAsync(Check, [0, 0, 0, 0, 6, 0x0A, 4, (byte)'n', (byte)'a', (byte)'m', (byte)'e']);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(new byte[] { 0, 0, 0, 0, 2, 8, 1 }, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(("0", null, false), await response.ReadStatusAsync());
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    public async Task OtherSpellingsOfTheContentType_Served(string contentType)
    {
        await using GrpcTestHost host = await StartAsync();
        using HttpResponseMessage response = await host.PostAsync(Check, s_everything, ("content-type", contentType));
        Assert.Equal("0", (await response.ReadStatusAsync()).Status);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc+json")]
    [InlineData("application/grpc-web+proto")]
    [InlineData("")]
    public async Task ContentType_NotPlainProtobufGrpc_415(string contentType)
    {
        await using GrpcTestHost host = await StartAsync();
        using HttpResponseMessage response = await host.PostAsync(Check, s_everything, ("content-type", contentType));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal("12", (await response.ReadStatusAsync()).Status);
    }

    [Theory]
    [InlineData("PUT", Check)]
    [InlineData("OPTIONS", Check)]
    [InlineData("DELETE", $"/{Service}/Nothing/at/all")]
    public async Task HttpMethod_NotPost_405(string method, string path)
    {
        await using GrpcTestHost host = await StartAsync();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri(host.Http1Address, path)) { Headers = { { "Access-Control-Request-Method", "POST" } } };
        using HttpResponseMessage response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Http11_PlainGrpc_RefusedWithAClearAnswer()
    {
        await using GrpcTestHost host = await StartAsync();
        using var http = new HttpClient();
        using var content = new ByteArrayContent(s_everything);
        content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        using HttpResponseMessage response = await http.PostAsync(new Uri(host.Http1Address, Check), content);
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
        Assert.Equal(("12", "gRPC needs HTTP/2"), ((await response.ReadStatusAsync()).Status, (await response.ReadStatusAsync()).Message));
    }

    [Theory]
    [InlineData($"/{Service}/Nothing")]
    [InlineData($"/{Service}/Check/more")]
    [InlineData($"/{Service}")]
    public async Task UnknownMethod_OfAKnownService_Unimplemented(string path)
    {
        await using GrpcTestHost host = await StartAsync();
        using HttpResponseMessage response = await host.PostAsync(path, s_everything);
        Assert.Equal(("12", $"the service {Service} has no such method", true), await response.ReadStatusAsync());
    }

    [Fact]
    public async Task UnknownService_IsLeftToOtherRoutes()
    {
        await using GrpcTestHost host = await StartAsync();
        using HttpResponseMessage response = await host.PostAsync("/some.Service/Method", s_everything);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData(new byte[] { }, "the request has no message")]
    [InlineData(new byte[] { 0, 0, 0 }, "the request ended in the middle of a message")]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, "the request ended in the middle of a message")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, "the request is not a valid gRPC message")]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 0xFF }, "a message cannot be read as the type this method takes")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "a message is compressed but grpc-encoding does not name the compression")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, "the request has more than one message")]
    public async Task Body_Broken_InternalAsTrailersOnlyAndNoErrorLine(byte[] body, string text)
    {
        await using GrpcTestHost host = await StartAsync();
        foreach (string method in (string[])[Check, Watch])
        {
            using HttpResponseMessage response = await host.PostAsync(method, body);
            Assert.Equal(("13", text, true), await response.ReadStatusAsync());
        }

        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Body_GeneratedGarbage_AlwaysAStatusAndNeverAnError()
    {
        Random random = Seeds.Random(output.WriteLine);
        await using GrpcTestHost host = await StartAsync();
        for (int round = 0; round < 2_000; round++)
        {
            byte[] body = new byte[random.Next(40)];
            random.NextBytes(body);
            if (body.Length > 4)
            {
                body[0] &= (byte)(random.Next(4) == 0 ? 3 : 1);
                body[1] = body[2] = body[3] = 0;
                body[4] = (byte)(random.Next(3) == 0 ? random.Next(70) : body.Length - 5);
            }

            using HttpResponseMessage response = random.Next(2) == 0
                ? await host.PostAsync(Check, body, ("grpc-encoding", "gzip"))
                : await host.PostAsync(Check, body);
            Assert.Contains((await response.ReadStatusAsync()).Status, new[] { "0", "5", "13" });
        }

        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task StreamOfRequests_Garbage_AlwaysAStatusAndNeverAnError()
    {
        Random random = Seeds.Random(output.WriteLine);
        await using GrpcTestHost host = await StartAsync();
        for (int round = 0; round < 500; round++)
        {
            byte[] body = new byte[random.Next(1, 40)];
            random.NextBytes(body);
            body[0] &= 3;
            using HttpResponseMessage response = await host.PostAsync("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", body);
            Assert.Contains((await response.ReadStatusAsync()).Status, new[] { "8", "12", "13" });
        }

        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData(0, "5", "unknown service")]
    [InlineData(1, "8", "a message of the request is larger than allowed: the limit is 4096")]
    public async Task Request_AtAndOverTheLimit_ServedAndResourceExhausted(int more, string status, string text)
    {
        await using GrpcTestHost host = await StartAsync();
        int overhead = new HealthCheckRequest { Service = new string('x', 4_000) }.CalculateSize() - 4_000;
        var request = new HealthCheckRequest { Service = new string('x', OwnMethodRequest.MaxMessageBytes - overhead + more) };
        using HttpResponseMessage response = await host.PostAsync(Check, RawGrpc.Frame(request));
        Assert.Equal((status, text, true), await response.ReadStatusAsync());
    }

    [Fact]
    public async Task Gzip_Request_Expanded()
    {
        await using GrpcTestHost host = await StartAsync();
        var name = new HealthCheckRequest { Service = "name" };
        using HttpResponseMessage response =
            await host.PostAsync(Check, RawGrpc.Frame(RawGrpc.Gzip(name.ToByteArray()), flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal(s_serving, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("0", (await response.ReadStatusAsync()).Status);
    }

    [Fact]
    public async Task Gzip_SmallMessageThatExpandsOverTheLimit_ResourceExhausted()
    {
        await using GrpcTestHost host = await StartAsync();
        byte[] bomb = RawGrpc.Gzip(new byte[2_000_000]);
        Assert.InRange(bomb.Length, 0, OwnMethodRequest.MaxMessageBytes);
        using HttpResponseMessage response = await host.PostAsync(Check, RawGrpc.Frame(bomb, flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal("8", (await response.ReadStatusAsync()).Status);
    }

    [Fact]
    public async Task Gzip_NotGzip_Internal()
    {
        await using GrpcTestHost host = await StartAsync();
        using HttpResponseMessage response = await host.PostAsync(Check, RawGrpc.Frame([1, 2, 3], flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal(("13", "a compressed message is not gzip", true), await response.ReadStatusAsync());
    }

    [Fact]
    public async Task Encoding_Unknown_UnimplementedAndTheKnownOnesNamed()
    {
        await using GrpcTestHost host = await StartAsync();
        using HttpResponseMessage response = await host.PostAsync(Check, s_everything, ("grpc-encoding", "snappy"));
        Assert.Equal(("12", "unsupported grpc-encoding, expected one of: identity,gzip", true), await response.ReadStatusAsync());
        Assert.Equal("identity,gzip", response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Theory]
    [InlineData("1")]
    [InlineData("-1S")]
    [InlineData("123456789S")]
    public async Task Timeout_Malformed_Internal(string timeout)
    {
        await using GrpcTestHost host = await StartAsync();
        using HttpResponseMessage response = await host.PostAsync(Check, s_everything, ("grpc-timeout", timeout));
        Assert.Equal(("13", "malformed grpc-timeout", true), await response.ReadStatusAsync());
    }

    [Fact]
    public async Task Timeout_LongestPossible_Served()
    {
        await using GrpcTestHost host = await StartAsync();
        using HttpResponseMessage response = await host.PostAsync(Check, s_everything, ("grpc-timeout", "99999999H"));
        Assert.Equal("0", (await response.ReadStatusAsync()).Status);
    }

    [Fact]
    public async Task Timeout_Over_MethodIsToldAndDeadlineExceededIsTheAnswer()
    {
        await using GrpcTestHost host = await StartAsync(new Scripted(async context =>
        {
            Assert.NotEqual(DateTime.MaxValue, context.Deadline);
            await new TaskCompletionSource().Task.WaitAsync(context.CancellationToken);
        }));
        RpcException late = await Assert.ThrowsAsync<RpcException>(() =>
            new Grpc.Health.V1.Health.HealthClient(host.Client).CheckAsync(
                new HealthCheckRequest(), deadline: DateTime.UtcNow.AddMilliseconds(50)).ResponseAsync);
        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Method_ThrowsAStatus_ThatIsTheAnswerWithItsTrailers()
    {
        await using GrpcTestHost host = await StartAsync(new Scripted(_ =>
            throw new RpcException(new Status((StatusCode)1000, "nonce über 100%"), new Metadata { { "retry-after", "7" } })));
        using HttpResponseMessage response = await host.PostAsync(Check, s_everything);
        Assert.Equal(("1000", "nonce %C3%BCber 100%25", true), await response.ReadStatusAsync());
        Assert.Equal("7", response.Headers.GetValues("retry-after").Single());
        Assert.DoesNotContain(host.Log, entry => entry.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData(Check)]
    [InlineData(Watch)]
    public async Task Method_ThrowsAnythingElse_TellsNothingAndIsLoggedOnce(string method)
    {
        await using GrpcTestHost host = await StartAsync(new Scripted(_ => throw new InvalidOperationException("secret of the inside")));
        using HttpResponseMessage response = await host.PostAsync(method, s_everything);
        Assert.Equal(("2", "the service failed", true), await response.ReadStatusAsync());
        Assert.Equal(6202, Assert.Single(host.Log, entry => entry.Level >= LogLevel.Warning).Id.Id);
    }

    private static Task<GrpcTestHost> StartAsync(Grpc.Health.V1.Health.HealthBase? service = null)
    {
        var health = new GatewayHealth();
        health.SetStatus("", ServingStatus.Serving);
        health.SetStatus("name", ServingStatus.Serving);
        var reflection = new GatewayReflection(
            new LiveSnapshot(new GatewaySnapshot(new ServiceCatalog([], []), [], [], new ClusterBackends([]))));
        return GrpcTestHost.StartAsync(app =>
        {
            app.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, service ?? health));
            app.MapOwnService(binder => Grpc.Reflection.V1.ServerReflection.BindService(binder, reflection));
        });
    }

    private sealed class Scripted(Func<ServerCallContext, Task> method) : Grpc.Health.V1.Health.HealthBase
    {
        public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
        {
            await method(context);
            return new HealthCheckResponse();
        }

        public override Task Watch(
            HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream,
            ServerCallContext context) => method(context);
    }
}
