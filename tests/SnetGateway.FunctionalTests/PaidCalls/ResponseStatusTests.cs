using Microsoft.AspNetCore.Http;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>
/// How a service ends its answer decides what is charged, and reaches the client untouched: an error without a message costs nothing.
/// </summary>
public sealed class ResponseStatusTests
{
    [Fact]
    [Rule(4)]
    public async Task ErrorBeforeTheFirstMessage_IsReleased_AndPassesUntouched()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            Wire.Begin(context);
            context.Response.Headers["initial"] = "kept";
            await context.Response.StartAsync();
            context.Response.AppendTrailer("detail", "why");
            Wire.End(context, 42, "odd%20%C3%BC");
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(42, reply.Status);
        Assert.Equal("odd ü", reply.Message);
        Assert.Equal("kept", GrpcReply.One(reply.Headers, "initial"));
        Assert.Equal("why", GrpcReply.One(reply.Trailers, "detail"));
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    [Rule(4)]
    public async Task TrailersOnlyError_IsReleased_AndPassesUntouched()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = context => Wire.TrailersOnly(context, 1000, "own%20words");
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.True(reply.IsTrailersOnly);
        Assert.Equal(1000, reply.Status);
        Assert.Equal("own words", reply.Message);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    [Rule(4)]
    public async Task ErrorAfterAMessage_StaysCharged_AndPassesUntouched()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("one"));
            Wire.End(context, 9, "later");
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(["one"], reply.Texts);
        Assert.Equal(9, reply.Status);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    [Rule(4)]
    public async Task ServiceBreaksOffAfterAMessage_StaysCharged_AndEndsWithAStatus()
    {
        var taken = new SyncPoint();
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("one"));
            await taken.WaitAsync();
            context.Abort();
        };
        using HttpResponseMessage response = await gateway.SendAsync(
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).WithTimeout();
        await using Stream answer = await response.Content.ReadAsStreamAsync().WithTimeout();
        await answer.ReadExactlyAsync(new byte[8]).AsTask().WithTimeout();
        taken.Continue();
        Assert.Equal(0, await answer.ReadAsync(new byte[1]).AsTask().WithTimeout());
        Assert.Equal("13", GrpcReply.One(response.TrailingHeaders, "grpc-status"));
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule(18)]
    public async Task OkWithoutAMessage_IsSettledFirst(bool trailersOnly)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = context => EndAsync(context, trailersOnly, 0);
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(0, reply.Status);
        Assert.Empty(reply.Body);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule(1)]
    public async Task OkWithoutAMessage_WhoseSettleFails_IsNoOk(bool trailersOnly)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.OnSettle = () => new(Refusals.NotRecorded());
        gateway.Service.Handle = context => EndAsync(context, trailersOnly, 0);
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(13, reply.Status);
        Assert.Null(GrpcReply.One(reply.Headers, "grpc-status") is not null && GrpcReply.One(reply.Trailers, "grpc-status") is not null
            ? "two"
            : null);
    }

    [Theory]
    [InlineData(" 0x0")]
    [InlineData("+0")]
    [InlineData("zero")]
    [InlineData("")]
    public async Task StatusThatSomeWouldTakeForOk_IsNoOk(string status)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = context =>
        {
            Wire.Begin(context);
            context.Response.Headers["grpc-status"] = status;
            return Task.CompletedTask;
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(2, reply.Status);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task NoStatusAtAll_IsUnknown_AndReleased()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = context =>
        {
            Wire.Begin(context);
            return Task.CompletedTask;
        };
        Assert.Equal(2, (await gateway.CallAsync("a")).Status);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    private static async Task EndAsync(HttpContext context, bool trailersOnly, int status)
    {
        await Wire.ReadAllAsync(context);
        if (trailersOnly)
        {
            await Wire.TrailersOnly(context, status);
            return;
        }

        Wire.Begin(context);
        await context.Response.StartAsync();
        Wire.End(context, status);
    }
}
