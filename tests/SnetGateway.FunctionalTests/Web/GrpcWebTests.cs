using System.Net;
using System.Text;
using Google.Protobuf;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Http;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Health;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Web;

/// <summary>
/// Paid calls over gRPC-Web, on HTTP/1.1, where the server has no trailers, and on HTTP/2: settle and charging are the same as for gRPC.
/// </summary>
public sealed class GrpcWebTests
{
    [Theory]
    [MemberData(nameof(WebCalls.Ways), MemberType = typeof(WebCalls))]
    [Rule(20)]
    public async Task WebCall_IsSettledAndDelivered(string version, string type)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        WebReply reply = await gateway.CallAsync(version, type, Wire.Frame("web"));
        Assert.Equal(HttpStatusCode.OK, reply.Http);
        Assert.Equal(["web"], reply.Texts);
        Assert.Equal(0, reply.Status);
        Assert.Equal("0", reply.Trailers["grpc-status"]);
        Assert.Equal(type == WebCalls.Text ? "application/grpc-web-text+proto" : WebCalls.Binary, reply.ContentType);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
        Assert.Equal(GatewayHarness.Method, gateway.Admitted.Single().Call.Method);
    }

    [Theory]
    [MemberData(nameof(WebCalls.Ways), MemberType = typeof(WebCalls))]
    [Rule(20)]
    public async Task WebCall_FailingStore_LetsNoByteOut(string version, string type)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.OnSettle = () => new(Refusals.NotRecorded());
        WebReply reply = await gateway.CallAsync(version, type, Wire.Frame("web"));
        Assert.Equal(13, reply.Status);
        Assert.Equal("unable to store new payment channel state", reply.Message);
        Assert.Empty(reply.Body);
        Assert.Equal("13", reply.Header("grpc-status"));
    }

    [Theory]
    [MemberData(nameof(WebCalls.Ways), MemberType = typeof(WebCalls))]
    [Rule(20)]
    public async Task WebCall_NoByteLeaves_BeforeTheSettle(string version, string type)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var settle = new SyncPoint();
        gateway.OnSettle = async () =>
        {
            await settle.WaitAsync();
            return null;
        };
        Task<WebReply> call = gateway.CallAsync(version, type, Wire.Frame("paid"));
        await settle.Reached.WithTimeout();
        Assert.False(call.IsCompleted);
        settle.Continue();
        Assert.Equal(["paid"], (await call.WithTimeout()).Texts);
    }

    [Theory]
    [MemberData(nameof(WebCalls.Ways), MemberType = typeof(WebCalls))]
    public async Task WebCall_PaymentRefused_IsAStatusInTheHeaders_AndTheServiceIsNotAsked(string version, string type)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers.Remove("snet-payment-channel-id");
        WebReply reply = await gateway.CallAsync(version, type, Wire.Frame("web"), headers: headers);
        Assert.Equal(HttpStatusCode.OK, reply.Http);
        Assert.Equal("3", reply.Header("grpc-status"));
        Assert.Equal("missing \"snet-payment-channel-id\"", reply.Message);
        Assert.Empty(reply.Body);
        Assert.StartsWith("application/grpc-web", reply.ContentType, StringComparison.Ordinal);
        Assert.Equal(0, gateway.Service.Requests);
    }

    [Theory]
    [InlineData("1.1", true)]
    [InlineData("1.1", false)]
    [InlineData("2.0", true)]
    [InlineData("2.0", false)]
    public async Task WebCall_OkWithoutAMessage_IsSettled_OrIsNotOk(string version, bool settles)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.OnSettle = () => new(settles ? null : Refusals.NotRecorded());
        gateway.Service.Handle = context => Wire.TrailersOnly(context, 0);
        WebReply reply = await gateway.CallAsync(version, WebCalls.Binary, Wire.Frame("web"));
        Assert.Empty(reply.Texts);
        Assert.Equal(settles ? 0 : 13, reply.Status);
        Assert.Equal(settles ? "settled" : "refused", await gateway.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [MemberData(nameof(WebCalls.Ways), MemberType = typeof(WebCalls))]
    public async Task WebCall_FailedSettleAfterInitialMetadata_ReachesTheClientInTheLastFrame(string version, string type)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.OnSettle = () => new(Refusals.NotRecorded());
        var service = new SyncPoint();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            context.Response.Headers["initial"] = "ahead";
            await context.Response.Body.FlushAsync();
            await service.WaitAsync();
            await Wire.SendAsync(context, Wire.Frame("never"));
            Wire.End(context, 0);
        };
        using HttpResponseMessage response = await gateway.SendAsync(
            WebCalls.Request(gateway, version, type, new ByteArrayContent(WebCalls.Encode(type, Wire.Frame("a"))))).WithTimeout();
        Assert.Equal("ahead", GrpcReply.One(response.Headers, "initial"));
        service.Continue();
        WebReply reply = await WebReply.ReadAsync(response).WithTimeout();
        Assert.Empty(reply.Texts);
        Assert.Equal("13", reply.Trailers["grpc-status"]);
    }

    [Theory]
    [MemberData(nameof(WebCalls.Ways), MemberType = typeof(WebCalls))]
    public async Task WebStream_EachMessageArrivesImmediately_AndItsErrorLast(string version, string type)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var between = new SyncPoint();
        gateway.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("first"));
            await between.WaitAsync();
            await Wire.SendAsync(context, Wire.Frame("second"));
            context.Response.AppendTrailer("Detail", "why");
            Wire.End(context, 9, "enough%21");
        };
        using HttpResponseMessage response = await gateway.SendAsync(
            WebCalls.Request(gateway, version, type, new ByteArrayContent(WebCalls.Encode(type, Wire.Frame("a"))))).WithTimeout();
        await using Stream answer = await response.Content.ReadAsStreamAsync().WithTimeout();
        byte[] first = WebCalls.Encode(type, Wire.Frame("first"));
        byte[] read = new byte[first.Length];
        await answer.ReadExactlyAsync(read).AsTask().WithTimeout();
        Assert.Equal(first, read);
        between.Continue();
        using var rest = new MemoryStream();
        await answer.CopyToAsync(rest).WithTimeout();
        var reply = WebReply.Read(response, type == WebCalls.Text ? WebReply.Decode(rest.ToArray()) : rest.ToArray());
        Assert.Equal(["second"], reply.Texts);
        Assert.Equal("why", reply.Trailers["detail"]);
        Assert.Equal("9", reply.Trailers["grpc-status"]);
        Assert.Equal("enough!", reply.Message);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebText_InPieces_WithPaddingInTheMiddle_IsOneMessage(string version)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        byte[] frame = Wire.Frame(new string('x', 20_000));
        var text = new StringBuilder();
        for (int at = 0, size = 1; at < frame.Length; at += size, size++)
        {
            text.Append(Convert.ToBase64String(frame, at, Math.Min(size, frame.Length - at)));
        }

        using HttpResponseMessage response = await gateway.SendAsync(
            WebCalls.Request(gateway, version, WebCalls.Text, new StringContent(text.ToString()))).WithTimeout();
        WebReply reply = await WebReply.ReadAsync(response).WithTimeout();
        Assert.Equal(20_000, Assert.Single(reply.Texts).Length);
        Assert.Equal(0, reply.Status);
    }

    [Theory]
    [InlineData("no base64!")]
    [InlineData("AAAAAAU")]
    [InlineData("AAAA=AAA")]
    public async Task WebText_InvalidBase64_IsInternal_AndNothingIsCharged(string text)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        using HttpResponseMessage response = await gateway.SendAsync(
            WebCalls.Request(gateway, "1.1", WebCalls.Text, new StringContent(text))).WithTimeout();
        WebReply reply = await WebReply.ReadAsync(response).WithTimeout();
        Assert.Equal(13, reply.Status);
        Assert.Equal("the request is not a valid gRPC message", reply.Message);
        Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await gateway.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebBody_WithATrailersFrame_IsRefused(string version)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        WebReply reply = await gateway.CallAsync(version, WebCalls.Binary, [0x80, 0, 0, 0, 0]);
        Assert.Equal(13, reply.Status);
    }

    [Fact]
    public async Task ServiceThatSendsATrailersFrame_CannotForgeOk()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            Wire.Begin(context);
            await Wire.SendAsync(context, [0x80, 0, 0, 0, 15, .. "grpc-status:0\r\n"u8]);
            Wire.End(context, 0);
        };
        WebReply reply = await gateway.CallAsync("1.1", WebCalls.Binary, Wire.Frame("a"));
        Assert.Equal(13, reply.Status);
        Assert.Empty(reply.Body);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task WebJson_KeepsItsCodecBothWays()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        string? seen = null;
        gateway.Service.Handle = async context =>
        {
            seen = context.Request.ContentType;
            context.Response.ContentType = "application/grpc+json";
            await context.Request.Body.CopyToAsync(context.Response.Body);
            Wire.End(context, 0);
        };
        WebReply reply = await gateway.CallAsync("1.1", "application/grpc-web+json", Wire.Frame("{}"));
        Assert.Equal(["{}"], reply.Texts);
        Assert.Equal("application/grpc+json", seen);
        Assert.Equal("application/grpc-web+json", reply.ContentType);
    }

    [Fact]
    [Rule(20)]
    public async Task HeadersOfOneConnection_ReachNoService()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        IHeaderDictionary? seen = null;
        gateway.Service.Handle = context =>
        {
            seen = new HeaderDictionary(
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase));
            return Wire.EchoAsync(context);
        };
        HttpRequestMessage request = WebCalls.Request(gateway, "1.1", WebCalls.Binary, new ByteArrayContent(Wire.Frame("a")));
        request.Headers.TryAddWithoutValidation("connection", "keep-alive, X-Hop, TE, Upgrade");
        request.Headers.TryAddWithoutValidation("x-hop", "1");
        request.Headers.TryAddWithoutValidation("te", "gzip");
        request.Headers.TryAddWithoutValidation("keep-alive", "timeout=5");
        request.Headers.TryAddWithoutValidation("proxy-connection", "keep-alive");
        request.Headers.TryAddWithoutValidation("upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("accept-encoding", "gzip");
        request.Headers.ExpectContinue = true;
        request.Headers.TryAddWithoutValidation("custom", "kept");
        request.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage response = await gateway.SendAsync(request).WithTimeout();
        Assert.Equal(["a"], (await WebReply.ReadAsync(response).WithTimeout()).Texts);
        Assert.Equal("kept", seen!["custom"]);
        Assert.Equal("trailers", seen.TE);
        Assert.Equal("application/grpc+proto", seen.ContentType);
        string[] hops =
            ["connection", "x-hop", "keep-alive", "proxy-connection", "upgrade", "transfer-encoding", "accept-encoding", "expect"];
        Assert.DoesNotContain(seen.Keys, key => hops.Contains(key, StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain(seen.Keys, key => key.StartsWith("snet-payment", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task UnknownMethod_IsUnimplementedToAWebClient(string version)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        WebReply reply = await gateway.CallAsync(version, WebCalls.Binary, Wire.Frame("a"), "/no.Such/Method");
        Assert.Equal(12, reply.Status);
        Assert.Equal(HttpStatusCode.OK, reply.Http);
    }

    [Theory]
    [MemberData(nameof(WebCalls.Ways), MemberType = typeof(WebCalls))]
    public async Task OwnMethods_ServeWebClientsToo(string version, string type)
    {
        var health = new GatewayHealth();
        health.SetStatus("known", HealthCheckResponse.Types.ServingStatus.Serving);
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(
            services: services => services.AddOwnServices(),
            mapPublic: endpoints => endpoints.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, health)));
        byte[] known = [.. Wire.Frame(new HealthCheckRequest { Service = "known" }.ToByteArray())];

        WebReply serving = await gateway.CallAsync(version, type, known, "/grpc.health.v1.Health/Check", []);
        Assert.Equal(["\u0008\u0001"], serving.Texts);
        Assert.Equal("0", serving.Trailers["grpc-status"]);
        WebReply missing = await gateway.CallAsync(
            version, type, Wire.Frame(new HealthCheckRequest { Service = "x" }.ToByteArray()), "/grpc.health.v1.Health/Check", []);
        Assert.Equal(("5", "unknown service"), (missing.Header("grpc-status"), missing.Message));
        Assert.Empty(missing.Body);

        using HttpResponseMessage watch = await gateway.SendAsync(
            WebCalls.Request(
                gateway, version, type, new ByteArrayContent(WebCalls.Encode(type, known)), "/grpc.health.v1.Health/Watch",
                [])).WithTimeout();
        await using Stream answer = await watch.Content.ReadAsStreamAsync().WithTimeout();
        foreach (byte status in (byte[])[1, 2])
        {
            byte[] expected = WebCalls.Encode(type, Wire.Frame([8, status]));
            byte[] read = new byte[expected.Length];
            await answer.ReadExactlyAsync(read).AsTask().WithTimeout();
            Assert.Equal(expected, read);
            health.SetStatus("known", HealthCheckResponse.Types.ServingStatus.NotServing);
        }
    }

    [Fact]
    public async Task OneConnection_CarriesManyWebCallsOneAfterTheOther()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        for (int i = 0; i < 20; i++)
        {
            WebReply reply = await gateway.CallAsync("1.1", i % 2 == 0 ? WebCalls.Binary : WebCalls.Text, Wire.Frame($"{i}"));
            Assert.Equal([$"{i}"], reply.Texts);
            Assert.True(reply.Response.Headers.TransferEncodingChunked);
            Assert.NotEqual(true, reply.Response.Headers.ConnectionClose);
        }
    }
}
