using System.Text;
using Microsoft.AspNetCore.Http;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>What passes through a paid call, in both directions.</summary>
public sealed class ForwardingTests
{
    [Fact]
    public async Task UnaryCall_IsForwardedAndSettled()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        GrpcReply reply = await gateway.CallAsync("hello");
        Assert.Equal(0, reply.Status);
        Assert.Equal(["hello"], reply.Texts);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
        Assert.Equal(GatewayHarness.Method, gateway.Admitted.Single().Call.Method);
    }

    [Fact]
    public async Task Metadata_GoesBothWays_AndThePaymentStaysHere()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        IHeaderDictionary? seen = null;
        gateway.Service.Handle = async context =>
        {
            seen = new HeaderDictionary(
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase));
            Wire.Begin(context);
            context.Response.Headers["initial"] = "one";
            context.Response.Headers["grpc-encoding"] = "gzip";
            await Wire.ReadAllAsync(context);
            await Wire.SendAsync(context, Wire.Frame("x", compressed: true));
            context.Response.AppendTrailer("detail-bin", "AQID");
            Wire.End(context, 0, "fine");
        };
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["custom"] = "value";
        headers["custom-bin"] = "AAEC";
        headers["grpc-encoding"] = "identity";
        headers["snet-user-address"] = "0x0000000000000000000000000000000000000001";
        headers["snet-payment-mpe-address"] = "0x0000000000000000000000000000000000000002";
        headers["snet-daemon-debug"] = "streamIntercept";

        GrpcReply reply = await gateway.CallAsync(Wire.Frame("m"), headers);

        Assert.Equal(0, reply.Status);
        Assert.Equal("one", GrpcReply.One(reply.Headers, "initial"));
        Assert.Equal("gzip", GrpcReply.One(reply.Headers, "grpc-encoding"));
        Assert.Equal("AQID", GrpcReply.One(reply.Trailers, "detail-bin"));
        Assert.Equal(1, reply.Body[0]);
        Assert.Equal("value", seen!["custom"]);
        Assert.Equal("AAEC", seen["custom-bin"]);
        Assert.Equal("identity", seen["grpc-encoding"]);
        Assert.Equal("trailers", seen.TE);
        Assert.Equal(GatewayHarness.PayerText, seen["snet-user-address"]);
        Assert.DoesNotContain(seen.Keys, key => key.StartsWith("snet-", StringComparison.OrdinalIgnoreCase) && key != "snet-user-address");
    }

    [Fact]
    [Rule(23)]
    public async Task TeTrailers_IsSentToTheService_AlsoWhenTheClientDidNot()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        string? te = null;
        gateway.Service.Handle = context =>
        {
            te = context.Request.Headers.TE;
            return Wire.EchoAsync(context);
        };
        HttpRequestMessage request = gateway.Request(
            GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment());
        request.Headers.Remove("te");
        using HttpResponseMessage response = await gateway.SendAsync(request).WithTimeout();
        await GrpcReply.ReadAsync(response).WithTimeout();
        Assert.Equal("trailers", te);
    }

    [Fact]
    public async Task Stream_EachMessageIsPassedOnAsItComes()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var content = new DuplexContent();
        Task<HttpResponseMessage> sending = gateway.SendAsync(gateway.Request(GatewayHarness.Method, content, GatewayHarness.Payment()));
        await content.WriteAsync(Wire.Frame("1")).WithTimeout();
        using HttpResponseMessage response = await sending.WithTimeout();
        await using Stream answer = await response.Content.ReadAsStreamAsync().WithTimeout();
        for (int i = 1; i <= 5; i++)
        {
            byte[] message = new byte[6];
            await answer.ReadExactlyAsync(message).AsTask().WithTimeout();
            Assert.Equal($"{i}", Encoding.UTF8.GetString(message, 5, 1));
            if (i < 5)
            {
                await content.WriteAsync(Wire.Frame($"{i + 1}")).WithTimeout();
            }
        }

        content.Complete();
        Assert.Equal(0, await answer.ReadAsync(new byte[1]).AsTask().WithTimeout());
        Assert.Equal("0", GrpcReply.One(response.TrailingHeaders, "grpc-status"));
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    [Rule(24)]
    public async Task Deadline_IsForwardedAsWhatRemains()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        string? timeout = null;
        gateway.Service.Handle = context =>
        {
            timeout = context.Request.Headers["grpc-timeout"];
            return Wire.EchoAsync(context);
        };
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-timeout"] = "90S";
        Assert.Equal(0, (await gateway.CallAsync(Wire.Frame("a"), headers)).Status);
        Assert.True(SnetGateway.GrpcWire.Headers.GrpcTimeout.TryParse(timeout, out TimeSpan left));
        Assert.InRange(left, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(89.9999999));
    }

    [Fact]
    [Rule(21)]
    public async Task UnpaidRoute_AsksNoPayment_AndTakesNoName()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        string? user = null;
        gateway.Service.Handle = context =>
        {
            user = context.Request.Headers["snet-user-address"];
            return Wire.EchoAsync(context);
        };
        GrpcReply reply = await gateway.CallAsync(
            Wire.Frame("free"), [new("snet-user-address", "0x0000000000000000000000000000000000000001")], GatewayHarness.FreeMethod);
        Assert.Equal(["free"], reply.Texts);
        Assert.Null(user);
        Assert.Empty(gateway.Reservations);
    }

    [Fact]
    [Rule(21)]
    public async Task RouteWithoutAService_IsUnavailable()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Log.Expected.Add("RouteWithoutService");
        GrpcReply reply = await gateway.CallAsync(Wire.Frame("a"), GatewayHarness.Payment(), "/lost.Echo/Call");
        Assert.Equal(14, reply.Status);
        Assert.Equal(0, gateway.Service.Requests);
    }

    [Fact]
    public async Task BytesThatAreNoAscii_PassBothWaysUntouched()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        string? seen = null;
        gateway.Service.Handle = async context =>
        {
            seen = context.Request.Headers["custom"];
            await Wire.ReadAllAsync(context);
            Wire.Begin(context);
            context.Response.Headers["initial"] = "grüß";
            await Wire.SendAsync(context, Wire.Frame("x"));
            Wire.End(context, 5, "größer €");
        };
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["custom"] = "日本";
        GrpcReply reply = await gateway.CallAsync(Wire.Frame("a"), headers);
        Assert.Equal("日本", seen);
        Assert.Equal("grüß", GrpcReply.One(reply.Headers, "initial"));
        Assert.Equal(5, reply.Status);
        Assert.Equal("größer €", GrpcReply.One(reply.Trailers, "grpc-message"));
    }

    [Fact]
    public async Task UnknownMethod_IsUnimplemented()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        Assert.Equal(12, (await gateway.CallAsync(Wire.Frame("a"), method: "/no.Such/Method")).Status);
    }
}
