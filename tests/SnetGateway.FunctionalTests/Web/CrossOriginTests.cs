using System.Net;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Web;

/// <summary>CORS: the permissions of pages from other origins.</summary>
public sealed class CrossOriginTests
{
    private const string Origin = "https://app.example.org";

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Preflight_NeedsNoPayment_AndAllowsEveryHeader(string version)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        using HttpResponseMessage response = await PreflightAsync(gateway, version);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("*", GrpcReply.One(response.Headers, "access-control-allow-origin"));
        Assert.Equal("POST", GrpcReply.One(response.Headers, "access-control-allow-methods"));
        Assert.Equal("snet-payment-type,x-grpc-web,content-type", GrpcReply.One(response.Headers, "access-control-allow-headers"));
        Assert.Equal("600", GrpcReply.One(response.Headers, "access-control-max-age"));
        Assert.Null(GrpcReply.One(response.Headers, "access-control-allow-credentials"));
        Assert.Equal(0, gateway.Service.Requests);
        Assert.Empty(gateway.Admitted);
    }

    [Fact]
    public async Task Response_ExposesStatusAndTheServicesHeaders_ButNotTheServicesCorsHeaders()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = context =>
        {
            context.Response.Headers["initial"] = "one";
            context.Response.Headers["access-control-allow-origin"] = "https://evil.example.org";
            context.Response.Headers["access-control-allow-credentials"] = "true";
            return Wire.EchoAsync(context);
        };
        WebReply reply = await CallAsync(gateway, GatewayHarness.Payment());
        Assert.Equal(0, reply.Status);
        Assert.Equal("*", reply.Header("access-control-allow-origin"));
        Assert.Null(reply.Header("access-control-allow-credentials"));
        string[] exposed = reply.Header("access-control-expose-headers")!.Split(", ");
        Assert.Contains("initial", exposed);
        Assert.Contains("grpc-status", exposed);
        Assert.Contains("grpc-message", exposed);
    }

    [Fact]
    public async Task Refusal_CanBeReadByThePage()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        WebReply reply = await CallAsync(gateway, []);
        Assert.Equal("3", reply.Header("grpc-status"));
        Assert.Equal("*", reply.Header("access-control-allow-origin"));
        Assert.Contains("grpc-message", reply.Header("access-control-expose-headers"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Origin, Origin)]
    [InlineData("https://other.example.org", null)]
    public async Task ListedOrigins_AreTheOnlyOnes(string origin, string? allowed)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new() { ["SnetGateway:Web:Origins:0"] = Origin });
        using HttpResponseMessage preflight = await PreflightAsync(gateway, "1.1", origin);
        Assert.Equal(allowed, GrpcReply.One(preflight.Headers, "access-control-allow-origin"));
        WebReply reply = await CallAsync(gateway, GatewayHarness.Payment(), origin);
        Assert.Equal(allowed, reply.Header("access-control-allow-origin"));
        Assert.Equal("Origin", reply.Header("vary"));
    }

    [Theory]
    [InlineData(null, Origin, null)]
    [InlineData(Origin, Origin, "true")]
    [InlineData(Origin, "https://other.example.org", null)]
    public async Task PrivateNetwork_IsForListedOriginsOnly(string? listed, string origin, string? allowed)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(
            listed is null ? [] : new() { ["SnetGateway:Web:Origins:0"] = listed });
        using HttpResponseMessage preflight =
            await PreflightAsync(gateway, "1.1", origin, ("access-control-request-private-network", "true"));
        Assert.Equal(allowed, GrpcReply.One(preflight.Headers, "access-control-allow-private-network"));
    }

    [Fact]
    public async Task CrossOriginOff_NoCorsHeaders_AndThePreflightIsNotACall()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new() { ["SnetGateway:Web:CrossOrigin"] = "false" });
        using HttpResponseMessage preflight = await PreflightAsync(gateway, "1.1");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, preflight.StatusCode);
        WebReply reply = await CallAsync(gateway, GatewayHarness.Payment());
        Assert.Equal(0, reply.Status);
        Assert.Null(reply.Header("access-control-allow-origin"));
    }

    private static Task<HttpResponseMessage> PreflightAsync(
        GatewayHarness gateway, string version, string origin = Origin, params (string Name, string Value)[] more)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, $"http://{gateway.PublicEndPoint}{GatewayHarness.Method}")
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("origin", origin);
        request.Headers.TryAddWithoutValidation("access-control-request-method", "POST");
        request.Headers.TryAddWithoutValidation("access-control-request-headers", "snet-payment-type,x-grpc-web,content-type");
        foreach ((string name, string value) in more)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return gateway.SendAsync(request).WithTimeout();
    }

    private static Task<WebReply> CallAsync(GatewayHarness gateway, Dictionary<string, string> headers, string origin = Origin) =>
        gateway.CallAsync("1.1", WebCalls.Binary, Wire.Frame("a"), headers: new(headers) { ["origin"] = origin });
}
