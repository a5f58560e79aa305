using System.Text;
using Microsoft.AspNetCore.Http;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Calls;
using SnetGateway.Payments.Refusal;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>No byte of an answer before its payment is recorded, and nothing recorded without one.</summary>
public sealed class SettleFirstTests
{
    private static readonly string Large = new('x', 200_000);

    [Fact]
    public async Task NoByteLeaves_BeforeTheSettle()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var settle = new SyncPoint();
        gateway.OnSettle = async () =>
        {
            await settle.WaitAsync();
            return null;
        };
        Task<GrpcReply> call = gateway.CallAsync("paid");
        await settle.Reached.Soon();
        Assert.False(call.IsCompleted);
        settle.Continue();
        Assert.Equal(["paid"], (await call.Soon()).Texts);
    }

    [Fact]
    public async Task SettleRefused_TheClientGetsTheStatusAndNoByte()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.OnSettle = () => new(Refusals.NotRecorded());
        GrpcReply reply = await gateway.CallAsync("unpaid");
        Assert.Equal(13, reply.Status);
        Assert.Equal("unable to store new payment channel state", reply.Message);
        Assert.True(reply.IsTrailersOnly);
        Assert.True(gateway.Log.Has("PaymentNotRecorded"));
    }

    [Fact]
    public async Task SettleThrows_TheClientGetsAStatusAndNoByte()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Log.Expected.Add("SettleFaulted");
        gateway.OnSettle = () => throw new InvalidOperationException("broken store");
        GrpcReply reply = await gateway.CallAsync("unpaid");
        Assert.Equal(13, reply.Status);
        Assert.Empty(reply.Body);
        Assert.DoesNotContain("broken store", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailedSettleAfterInitialMetadata_ReachesTheClientAsTrailers()
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
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).Soon();
        Assert.Equal("ahead", GrpcReply.One(response.Headers, "initial"));
        service.Continue();
        GrpcReply reply = await GrpcReply.ReadAsync(response).Soon();
        Assert.Empty(reply.Body);
        Assert.Equal("13", GrpcReply.One(reply.Trailers, "grpc-status"));
        Assert.Equal("unable to store new payment channel state", reply.Message);
    }

    [Fact]
    public async Task InitialMetadata_GoesAheadOfASlowMessage()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            context.Response.Headers["initial"] = "ahead";
            await context.Response.Body.FlushAsync();
            await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
            Wire.End(context, 0);
        };
        var content = new DuplexContent();

        // The request's first message follows only after the answer's headers: without them both sides would wait for ever.
        using HttpResponseMessage response = await gateway.SendAsync(gateway.Request(GatewayHarness.Method, content, GatewayHarness.Payment())).Soon();
        Assert.Equal("ahead", GrpcReply.One(response.Headers, "initial"));
        Assert.Equal(0, gateway.Reservation.Ends);
        await content.WriteAsync(Wire.Frame("late")).Soon();
        content.Complete();
        GrpcReply reply = await GrpcReply.ReadAsync(response).Soon();
        Assert.Equal(["late"], reply.Texts);
        Assert.Equal(0, reply.Status);
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc+json")]
    [InlineData("Application/gRPC;x=y")]
    public async Task EachMessage_ReachesTheServiceWhenItIsSent_WhateverTheContentTypeSays(string type)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        string? seen = null;
        gateway.Service.Handle = context =>
        {
            seen = context.Request.ContentType;
            return Wire.EchoAsync(context);
        };
        var content = new DuplexContent();
        using HttpRequestMessage request = gateway.Request(GatewayHarness.Method, content, GatewayHarness.Payment());
        content.Headers.Remove("content-type");
        content.Headers.TryAddWithoutValidation("content-type", type);
        Task<HttpResponseMessage> call = gateway.SendAsync(request);

        // The next message follows only after the answer to this one.
        await content.WriteAsync(Wire.Frame("first")).Soon();
        using HttpResponseMessage response = await call.Soon();
        Stream answer = await response.Content.ReadAsStreamAsync().Soon();
        await answer.ReadExactlyAsync(new byte[10]).AsTask().Soon();
        await content.WriteAsync(Wire.Frame("other")).Soon();
        await answer.ReadExactlyAsync(new byte[10]).AsTask().Soon();
        content.Complete();
        Assert.Equal(0, await answer.ReadAsync(new byte[1]).AsTask().Soon());
        Assert.Equal("0", GrpcReply.One(response.TrailingHeaders, "grpc-status"));
        Assert.Equal(type, seen);
    }

    [Fact]
    public async Task ClientTakesTheFirstMessageAndResets_IsCharged()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("first"));
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        using HttpResponseMessage response = await gateway.SendAsync(
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).Soon();
        Stream answer = await response.Content.ReadAsStreamAsync().Soon();
        await answer.ReadExactlyAsync(new byte[10]).AsTask().Soon();
        response.Dispose();
        Assert.Equal("settled", await gateway.Reservation.Ended.Soon());
    }

    [Fact]
    public async Task ClientLeavesBeforeTheFirstByte_IsReleasedAsLeft()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var service = new SyncPoint();
        gateway.Service.Handle = context => service.WaitAsync();
        using var leave = new CancellationTokenSource();
        Task<HttpResponseMessage> call = gateway.SendAsync(
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment()), leave.Token);
        await service.Reached.Soon();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        Assert.Equal(nameof(ReleaseReason.ClientLeft), await gateway.Reservation.Ended.Soon());
        service.Continue();
    }

    [Fact]
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
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.Soon());
    }

    [Fact]
    public async Task TrailersOnlyError_IsReleased_AndPassesUntouched()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = context => Wire.TrailersOnly(context, 1000, "own%20words");
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.True(reply.IsTrailersOnly);
        Assert.Equal(1000, reply.Status);
        Assert.Equal("own words", reply.Message);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.Soon());
    }

    [Fact]
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
        Assert.Equal("settled", await gateway.Reservation.Ended.Soon());
    }

    [Fact]
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
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).Soon();
        await using Stream answer = await response.Content.ReadAsStreamAsync().Soon();
        await answer.ReadExactlyAsync(new byte[8]).AsTask().Soon();
        taken.Continue();
        Assert.Equal(0, await answer.ReadAsync(new byte[1]).AsTask().Soon());
        Assert.Equal("13", GrpcReply.One(response.TrailingHeaders, "grpc-status"));
        Assert.Equal("settled", await gateway.Reservation.Ended.Soon());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OkWithoutAMessage_IsSettledFirst(bool trailersOnly)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = context => EndAsync(context, trailersOnly, 0);
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(0, reply.Status);
        Assert.Empty(reply.Body);
        Assert.Equal("settled", await gateway.Reservation.Ended.Soon());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OkWithoutAMessage_WhoseSettleFails_IsNoOk(bool trailersOnly)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.OnSettle = () => new(Refusals.NotRecorded());
        gateway.Service.Handle = context => EndAsync(context, trailersOnly, 0);
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(13, reply.Status);
        Assert.Null(GrpcReply.One(reply.Headers, "grpc-status") is not null && GrpcReply.One(reply.Trailers, "grpc-status") is not null ? "two" : null);
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
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.Soon());
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
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.Soon());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(9)]
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
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.Soon());
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
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.Soon());
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
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.Soon());
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
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.Soon());
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
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.Soon());
    }

    [Fact]
    public async Task FirstMessageInPieces_IsGatheredAndWhole()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            foreach (byte piece in Wire.Frame("in pieces"))
            {
                await Wire.SendAsync(context, [piece]);
            }

            Wire.End(context, 0);
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(["in pieces"], reply.Texts);
        Assert.Equal("settled", await gateway.Reservation.Ended.Soon());
    }

    [Fact]
    public async Task FirstMessageBeyond64KiB_IsChargedByItsHeader_AndArrivesWhole()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var rest = new SyncPoint();
        gateway.Service.Handle = async context =>
        {
            byte[] frame = Wire.Frame(Large);
            Wire.Begin(context);
            await Wire.SendAsync(context, frame[..100_000]);
            await rest.WaitAsync();
            await Wire.SendAsync(context, frame[100_000..]);
            Wire.End(context, 0);
        };
        Task<GrpcReply> call = gateway.CallAsync("a");
        await rest.Reached.Soon();
        while (gateway.Reservations.IsEmpty)
        {
            await Task.Yield();
        }

        Assert.Equal("settled", await gateway.Reservation.Ended.Soon());
        rest.Continue();
        Assert.Equal(Large, Encoding.UTF8.GetString(Assert.Single((await call.Soon()).Messages)));
    }

    [Fact]
    public async Task FirstMessageAboveTheLimit_IsExhausted_AndNothingCharged()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new() { ["SnetGateway:Limits:MaxResponseMessageBytes"] = "1000" });
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame(new string('x', 1001)));
            Wire.End(context, 0);
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(8, reply.Status);
        Assert.Empty(reply.Body);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.Soon());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LaterMessageAboveTheLimit_EndsTheStream_AndTheFirstStaysCharged(bool inOneWrite)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new() { ["SnetGateway:Limits:MaxResponseMessageBytes"] = "1000" });
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            byte[] first = Wire.Frame("fits");
            byte[] second = Wire.Frame(new string('x', 1001));
            if (inOneWrite)
            {
                await Wire.SendAsync(context, [.. first, .. second]);
            }
            else
            {
                await Wire.SendAsync(context, first);
                await Wire.SendAsync(context, second);
            }

            Wire.End(context, 0);
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(["fits"], reply.Texts);
        Assert.Empty(reply.Rest);
        Assert.Equal(8, reply.Status);
        Assert.Equal("settled", await gateway.Reservation.Ended.Soon());
    }

    [Fact]
    public async Task ServiceThatAnnouncesALength_CanStillBeCutShort()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.OnSettle = () => new(Refusals.NotRecorded());
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            byte[] frame = Wire.Frame("hello");
            context.Response.ContentLength = frame.Length;
            await Wire.SendAsync(context, frame);
            Wire.End(context, 0);
        };
        Assert.Equal(13, (await gateway.CallAsync("a")).Status);
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
