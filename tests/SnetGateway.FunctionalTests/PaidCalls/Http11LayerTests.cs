using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Calls;
using SnetGateway.Payments.Refusal;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>
/// Paid calls over HTTP/1.1, where Kestrel has no trailers: a layer outside (gRPC-Web's, here the smallest one) stands in for HTTP/2 and brings
/// its own trailers. The settle must see them as on HTTP/2.
/// </summary>
public sealed class Http11LayerTests
{
    [Fact]
    public async Task Message_IsSettledAndDelivered()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(outside: UseLayer);
        (string body, string trailers) = await CallAsync(gateway, Wire.Frame("web"));
        Assert.Equal("web", body);
        Assert.Equal("grpc-status:0", trailers);
        Assert.Equal("settled", await gateway.Reservation.Ended.Soon());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TrailersOnlyOnHttp11_IsSettled(bool settles)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(outside: UseLayer);
        gateway.OnSettle = () => new(settles ? null : Refusals.NotRecorded());
        gateway.Service.Handle = context => Wire.TrailersOnly(context, 0);
        (string body, string trailers) = await CallAsync(gateway, Wire.Frame("web"));
        Assert.Empty(body);
        Assert.StartsWith(settles ? "grpc-status:0" : "grpc-status:13", trailers, StringComparison.Ordinal);
        Assert.Equal(settles ? "settled" : "refused", await gateway.Reservation.Ended.Soon());
    }

    [Fact]
    public async Task SettleRefused_IsAStatusAndNoByte()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(outside: UseLayer);
        gateway.OnSettle = () => new(Refusals.NotRecorded());
        (string body, string trailers) = await CallAsync(gateway, Wire.Frame("web"));
        Assert.Empty(body);
        Assert.StartsWith("grpc-status:13", trailers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpgradeThroughTheLayer_UpgradesNothing()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(outside: UseLayer);
        (string body, string trailers) = await CallAsync(gateway, Wire.Frame("web"), upgrade: true);
        Assert.Equal("web", body);
        Assert.Equal("grpc-status:0", trailers);
    }

    private static async Task<(string Body, string Trailers)> CallAsync(GatewayHarness gateway, byte[] body, bool upgrade = false)
    {
        HttpRequestMessage request = gateway.Request(GatewayHarness.Method, new ByteArrayContent(body), GatewayHarness.Payment());
        request.Version = HttpVersion.Version11;
        request.Headers.Remove("te");
        request.Content!.Headers.Remove("content-type");
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc-web");
        if (upgrade)
        {
            request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        }

        using HttpResponseMessage response = await gateway.SendAsync(request).Soon();
        GrpcReply reply = await GrpcReply.ReadAsync(response).Soon();
        return (string.Concat(reply.Texts), Encoding.UTF8.GetString(reply.Rest).Trim('\n'));
    }

    /// <summary>Ends a body with its trailers as text, or with the headers' status where there was no body.</summary>
    private static void UseLayer(WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.Request.ContentType != "application/grpc-web")
        {
            await next();
            return;
        }

        var layer = new Layer(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Request.Protocol = "HTTP/2";
        context.Request.ContentType = Wire.ContentType;
        context.Features.Set<IHttpResponseTrailersFeature>(layer);
        context.Features.Set<IHttpResponseBodyFeature>(layer);
        await next();
        context.Features.Set(layer.Inner);
        string? status = layer.Trailers["grpc-status"].FirstOrDefault() ?? context.Response.Headers["grpc-status"];
        await context.Response.WriteAsync($"grpc-status:{status}\n");
    });

    private sealed class Layer(IHttpResponseBodyFeature inner) : IHttpResponseBodyFeature, IHttpResponseTrailersFeature
    {
        public IHttpResponseBodyFeature Inner => inner;

        public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

        public Stream Stream => inner.Stream;

        public System.IO.Pipelines.PipeWriter Writer => inner.Writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering() => inner.DisableBuffering();

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
            inner.SendFileAsync(path, offset, count, cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);
    }
}
