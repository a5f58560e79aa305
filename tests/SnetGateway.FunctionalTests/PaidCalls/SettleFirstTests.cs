using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using Xunit;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>No byte of an answer before its payment is recorded.</summary>
public sealed class SettleFirstTests
{
    [Fact]
    [Rule(1)]
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
        await settle.Reached.WithTimeout();
        Assert.False(call.IsCompleted);
        settle.Continue();
        Assert.Equal(["paid"], (await call.WithTimeout()).Texts);
    }

    [Fact]
    [Rule(1, 19)]
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
    [Rule(1)]
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
    [Rule(19)]
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
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).WithTimeout();
        Assert.Equal("ahead", GrpcReply.One(response.Headers, "initial"));
        service.Continue();
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
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
        using HttpResponseMessage response =
            await gateway.SendAsync(gateway.Request(GatewayHarness.Method, content, GatewayHarness.Payment())).WithTimeout();
        Assert.Equal("ahead", GrpcReply.One(response.Headers, "initial"));
        Assert.Equal(0, gateway.Reservation.Ends);
        await content.WriteAsync(Wire.Frame("late")).WithTimeout();
        content.Complete();
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
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
        await content.WriteAsync(Wire.Frame("first")).WithTimeout();
        using HttpResponseMessage response = await call.WithTimeout();
        Stream answer = await response.Content.ReadAsStreamAsync().WithTimeout();
        await answer.ReadExactlyAsync(new byte[10]).AsTask().WithTimeout();
        await content.WriteAsync(Wire.Frame("other")).WithTimeout();
        await answer.ReadExactlyAsync(new byte[10]).AsTask().WithTimeout();
        content.Complete();
        Assert.Equal(0, await answer.ReadAsync(new byte[1]).AsTask().WithTimeout());
        Assert.Equal("0", GrpcReply.One(response.TrailingHeaders, "grpc-status"));
        Assert.Equal(type, seen);
    }

    [Fact]
    [Rule(4)]
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
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).WithTimeout();
        Stream answer = await response.Content.ReadAsStreamAsync().WithTimeout();
        await answer.ReadExactlyAsync(new byte[10]).AsTask().WithTimeout();
        response.Dispose();
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    [Rule(4)]
    public async Task ClientLeavesBeforeTheFirstByte_IsReleasedAsLeft()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var service = new SyncPoint();
        gateway.Service.Handle = context => service.WaitAsync();
        using var leave = new CancellationTokenSource();
        Task<HttpResponseMessage> call = gateway.SendAsync(
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment()), leave.Token);
        await service.Reached.WithTimeout();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithTimeout());
        Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await gateway.Reservation.Ended.WithTimeout());
        service.Continue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FirstMessageAfterTheCallHasEnded_IsNeitherDeliveredNorCharged(bool byDeadline)
    {
        using var leave = new CancellationTokenSource();
        var written = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var hook = new ResponseHook(async context =>
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            context.RequestAborted.Register(ended.SetResult);
            if (!byDeadline)
            {
                await leave.CancelAsync();
            }

            // The proxy may have read the message just before the call ended, and writes it just after.
            await ended.Task.WithTimeout();
            written.SetResult(
                await Record.ExceptionAsync(() => context.Response.Body.WriteAsync(Wire.Frame("late"), CancellationToken.None).AsTask()));
        });
        await using GatewayHarness gateway =
            await GatewayHarness.StartAsync(services: services => services.AddSingleton<ITransformProvider>(hook));
        Dictionary<string, string> headers = GatewayHarness.Payment();
        if (byDeadline)
        {
            headers["grpc-timeout"] = "300m";
        }

        Task<HttpResponseMessage> call = gateway.SendAsync(
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), headers), leave.Token);
        Assert.NotNull(await written.Task.WithTimeout());
        Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await gateway.Reservation.Ended.WithTimeout());
        if (!byDeadline)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithTimeout());
            return;
        }

        using HttpResponseMessage response = await call.WithTimeout();
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
        Assert.Equal((4, 0), (reply.Status, reply.Body.Length));
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
}
