using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.Web;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Health;
using SnetGateway.TestKit;
using Xunit;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.FunctionalTests.Health;

/// <summary>Requests of the gateway's own methods that do not come to their end: each holds a stream, and a gateway that stops.</summary>
public sealed class SlowRequestTests
{
    private const string Check = "/grpc.health.v1.Health/Check";

    private static readonly byte[] s_everything = Wire.Frame("");

    private readonly TestTimeProvider _time = new();
    private readonly GatewayHealth _health = new();

    [Theory]
    [InlineData(Check, 0)]
    [InlineData(Check, 3)]
    [InlineData(Check, 5)] // the whole message, and not its end
    [InlineData("/grpc.health.v1.Health/Watch", 0)]
    public async Task RequestThatDoesNotEnd_IsDeadlineExceeded(string method, int bytes)
    {
        await using GatewayHarness gateway = await StartAsync();
        Assert.Equal(0, (await gateway.CallAsync(s_everything, method: Check)).Status);
        var content = new DuplexContent();
        using HttpResponseMessage response =
            await SendSlowlyAsync(gateway.Request(method, content), gateway, content, s_everything[..bytes]);
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
        Assert.Equal(4, reply.Status);
        Assert.Equal("the request came too slowly", reply.Message);
        Assert.True(reply.IsTrailersOnly);
        content.Complete();
    }

    [Theory]
    [InlineData(WebCalls.Binary)]
    [InlineData(WebCalls.Text)]
    public async Task WebRequestThatDoesNotEnd_IsDeadlineExceeded(string type)
    {
        await using GatewayHarness gateway = await StartAsync();
        Assert.Equal(0, (await gateway.CallAsync(s_everything, method: Check)).Status);
        var content = new DuplexContent();
        HttpRequestMessage request = WebCalls.Request(gateway, "2.0", type, content, Check);
        using HttpResponseMessage response = await SendSlowlyAsync(request, gateway, content, WebCalls.Encode(type, s_everything[..3]));
        WebReply reply = await WebReply.ReadAsync(response).WithTimeout();
        Assert.Equal(4, reply.Status);
        Assert.Equal("the request came too slowly", reply.Message);
        content.Complete();
    }

    /// <summary>On a bare socket: HTTP's client reads no answer before it has sent its request.</summary>
    [Theory]
    [InlineData(WebCalls.Binary)]
    [InlineData(WebCalls.Text)]
    public async Task WebRequestThatDoesNotEnd_OnHttp11_IsDeadlineExceeded(string type)
    {
        await using GatewayHarness gateway = await StartAsync();
        byte[] body = WebCalls.Encode(type, s_everything);
        byte[] head = Encoding.ASCII.GetBytes(
            $"POST {Check} HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nAccept: {WebCalls.Binary}\r\nContent-Length: "
            + $"{body.Length}\r\n\r\n");
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.PublicEndPoint);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync((byte[])[.. head, .. body]);
        Assert.Contains(
            "grpc-status:0", (await ReadUntilAsync(stream, "\r\n0\r\n\r\n").WithTimeout()).Replace(" ", "", StringComparison.Ordinal),
            StringComparison.Ordinal);

        int armed = _time.Armed;
        await stream.WriteAsync((byte[])[.. head, .. body[..4]]);
        await PassAsync(armed);
        string answer = await ReadUntilAsync(stream, "\r\n\r\n").WithTimeout();
        Assert.Contains("\r\ngrpc-status: 4\r\ngrpc-message: the request came too slowly\r\n", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ClientsOwnDeadline_IsToldAsSuch()
    {
        await using GatewayHarness gateway = await StartAsync();
        Assert.Equal(0, (await gateway.CallAsync(s_everything, method: Check)).Status);
        var content = new DuplexContent();
        HttpRequestMessage request = gateway.Request(Check, content, [new("grpc-timeout", "4S")]);
        using HttpResponseMessage response = await SendSlowlyAsync(request, gateway, content, []);
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
        Assert.Equal(4, reply.Status);
        Assert.Equal("deadline exceeded", reply.Message);
        content.Complete();
    }

    private Task<GatewayHarness> StartAsync()
    {
        _health.SetStatus("", Status.Serving);
        return GatewayHarness.StartAsync(
            services: services => services.AddOwnServices().AddSingleton<TimeProvider>(_time),
            mapPublic: endpoints => endpoints.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, _health)));
    }

    /// <summary>Sends so much of a request on a connection that is there, and lets the time for all of it pass.</summary>
    private async Task<HttpResponseMessage> SendSlowlyAsync(
        HttpRequestMessage request, GatewayHarness gateway, DuplexContent content, byte[] bytes)
    {
        int armed = _time.Armed;
        Task<HttpResponseMessage> call = gateway.SendAsync(request);
        await content.WriteAsync(bytes).WithTimeout();
        await PassAsync(armed);
        return await call.WithTimeout();
    }

    /// <summary>Lets the time of a request pass, once it is waited for.</summary>
    private async Task PassAsync(int armedBefore)
    {
        await _time.WhenArmedAsync(armedBefore + 1);
        _time.Advance(OwnMethodRequest.Limit);
    }

    private static async Task<string> ReadUntilAsync(Stream stream, string end)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            int count = await stream.ReadAsync(buffer);
            Assert.NotEqual(0, count);
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
