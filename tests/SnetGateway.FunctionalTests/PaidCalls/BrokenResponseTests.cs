using Microsoft.AspNetCore.Http;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>What is no whole gRPC answer: a status for the client, and nothing charged.</summary>
public sealed class BrokenResponseTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(9)]
    [Rule(18)]
    public async Task HalfAFrame_IsInternal_AndNothingCharged(int bytes)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("hello")[..bytes]);
            Wire.End(context, 0);
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(13, reply.Status);
        Assert.Empty(reply.Body);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task HalfAFrameThenTheServiceDies_IsAStatus_AndNothingCharged()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("hello")[..7]);
            context.Abort();
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.NotEqual(0, reply.Status);
        Assert.Empty(reply.Body);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task BrokenFrame_IsInternal_AndNothingCharged()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, "<html>oops</html>"u8.ToArray());
            Wire.End(context, 0);
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(13, reply.Status);
        Assert.Empty(reply.Body);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData(400, 13)]
    [InlineData(401, 16)]
    [InlineData(403, 7)]
    [InlineData(404, 12)]
    [InlineData(429, 14)]
    [InlineData(500, 2)]
    [InlineData(502, 14)]
    [InlineData(503, 14)]
    [InlineData(504, 14)]
    [InlineData(204, 2)]
    [Rule(18)]
    public async Task HttpErrorWithABody_BecomesItsStatus_AndTheBodyIsThrownAway(int http, int status)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            context.Response.StatusCode = http;
            context.Response.ContentType = Wire.ContentType;
            if (http >= 400)
            {
                await context.Response.Body.WriteAsync(Wire.Frame("looks like a message"));
            }
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(System.Net.HttpStatusCode.OK, reply.Http);
        Assert.Equal(status, reply.Status);
        Assert.True(reply.IsTrailersOnly);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task HtmlWith200_IsUnknown_AndNothingCharged()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<html>welcome</html>");
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(2, reply.Status);
        Assert.True(reply.IsTrailersOnly);
        Assert.Equal(Wire.ContentType, reply.ContentHeaders.ContentType?.MediaType);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }
}
