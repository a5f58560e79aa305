using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>How calls end that nobody wanted to end so: times, broken requests, services that are not there.</summary>
public sealed class CallEndingTests
{
    [Fact]
    [Rule(6)]
    public async Task ClientsDeadline_IsEnforcedHere_AndCountsAsTheClientsLeaving()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = HangAsync;
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-timeout"] = "200m";
        GrpcReply reply = await gateway.CallAsync(Wire.Frame("a"), headers);
        Assert.Equal(4, reply.Status);
        Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await gateway.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData("status")]
    [InlineData("reset")]
    [Rule(6)]
    public async Task ClientsDeadline_ThatTheServiceEnforcesFirst_CountsAsTheClientsLeaving(string how)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            Assert.True(GrpcTimeout.TryParse(context.Request.Headers["grpc-timeout"].ToString(), out TimeSpan timeout));
            using var deadline = new CancellationTokenSource(timeout);
            await HangAsync(context).WaitAsync(deadline.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            if (how == "reset")
            {
                context.Features.Get<IHttpResetFeature>()!.Reset(8);
            }
            else
            {
                await Wire.TrailersOnly(context, 4);
            }
        };
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-timeout"] = "100m";
        for (int i = 0; i < 10; i++)
        {
            Assert.InRange((await gateway.CallAsync(Wire.Frame("a"), headers)).Status, 1, 4);
        }

        foreach (ScriptedReservation reservation in gateway.Reservations)
        {
            Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await reservation.Ended.WithTimeout());
        }
    }

    [Fact]
    [Rule(6)]
    public async Task StatusOfADeadlineLongBeforeTheClients_IsTheServicesFailure()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            await Wire.TrailersOnly(context, 4);
        };
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-timeout"] = "1H";
        Assert.Equal(4, (await gateway.CallAsync(Wire.Frame("a"), headers)).Status);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    [Rule(6)]
    public async Task RequestThatDoesNotArrive_IsTheClientsEnd_WhenTheServicesTimeIsOver()
    {
        await using GatewayHarness gateway =
            await GatewayHarness.StartAsync(new() { ["SnetGateway:PaidCalls:ServiceTimeout"] = "00:00:00.2" });
        gateway.Service.Handle = HangAsync;
        var content = new DuplexContent();
        Task<HttpResponseMessage> sending = gateway.SendAsync(gateway.Request(GatewayHarness.Method, content, GatewayHarness.Payment()));
        await content.WriteAsync(Wire.Frame("half of it")[..8]).WithTimeout();
        using HttpResponseMessage response = await sending.WithTimeout();
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
        Assert.Equal((4, "the request did not arrive in time"), (reply.Status, reply.Message));
        Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await gateway.Reservation.Ended.WithTimeout());
        content.Complete();
    }

    [Fact]
    [Rule(24)]
    public async Task ClientsDeadlineAfterAMessage_EndsTheStream_AndStaysCharged()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("one"));
            await HangAsync(context);
        };
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-timeout"] = "500m";
        GrpcReply reply = await gateway.CallAsync(Wire.Frame("a"), headers);
        Assert.Equal(["one"], reply.Texts);
        Assert.Equal(4, reply.Status);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task DeadlineWhileWaitingForTheTurn_EndsTheWait()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Admit = async (_, _, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-timeout"] = "100m";
        Assert.Equal(4, (await gateway.CallAsync(Wire.Frame("a"), headers)).Status);
    }

    [Fact]
    public async Task RequestMessageAboveTheLimit_IsExhausted_AndTheServiceIsCancelled()
    {
        await using GatewayHarness gateway =
            await GatewayHarness.StartAsync(new() { ["SnetGateway:Limits:MaxRequestMessageBytes"] = "1000" });
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Service.Handle = async context =>
        {
            context.RequestAborted.Register(cancelled.SetResult);
            await HangAsync(context);
        };
        var content = new DuplexContent();
        Task<HttpResponseMessage> sending = gateway.SendAsync(gateway.Request(GatewayHarness.Method, content, GatewayHarness.Payment()));
        await content.WriteAsync(Wire.Frame("fits")).WithTimeout();
        await content.WriteAsync(Wire.Frame(new string('x', 1001))).WithTimeout();
        using HttpResponseMessage response = await sending.WithTimeout();
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
        Assert.Equal(8, reply.Status);
        Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await gateway.Reservation.Ended.WithTimeout());
        await cancelled.Task.WithTimeout();
        content.Complete();
    }

    [Fact]
    public async Task BrokenRequestFrame_IsInternal()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = HangAsync;
        GrpcReply reply = await gateway.CallAsync("no frame at all"u8.ToArray());
        Assert.Equal(13, reply.Status);
        Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task HalfARequestFrame_IsInternal()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = HangAsync;
        GrpcReply reply = await gateway.CallAsync(Wire.Frame("hello")[..7]);
        Assert.Equal(13, reply.Status);
        Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task BrokenRequestFrameInAStream_EndsItWithAStatus_AndStaysCharged()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var content = new DuplexContent();
        Task<HttpResponseMessage> sending = gateway.SendAsync(gateway.Request(GatewayHarness.Method, content, GatewayHarness.Payment()));
        await content.WriteAsync(Wire.Frame("1")).WithTimeout();
        using HttpResponseMessage response = await sending.WithTimeout();
        await content.WriteAsync([9, 9, 9]).WithTimeout();
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
        Assert.Equal(["1"], reply.Texts);
        Assert.Equal(13, reply.Status);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
        content.Complete();
    }

    [Fact]
    public async Task ServiceIsNotThere_IsUnavailable()
    {
        // A socket that is bound and does not listen: whoever connects is refused, and nobody else gets the port.
        using var closed = new Socket(SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new()
        {
            ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = $"http://{closed.LocalEndPoint}",
        });
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(14, reply.Status);
        Assert.Equal("the service cannot be reached", reply.Message);
        Assert.Equal(nameof(ReleaseReason.NotForwarded), await gateway.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData(0x7, 14)]
    [InlineData(0x8, 1)]
    [InlineData(0xb, 8)]
    [InlineData(0x2, 13)]
    public async Task ServiceResetsTheCall_IsTheStatusOfItsCode(int errorCode, int status)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            // A reset that overtakes the request ends the sending of it, and which of the two the proxy hears of first is chance.
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Features.Get<IHttpResetFeature>()!.Reset(errorCode);
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(status, reply.Status);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    [Rule(1)]
    public async Task ThousandClientsThatTakeTheFirstMessageAndReset_AreAllCharged()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("first"));
            await HangAsync(context);
        };
        for (int batch = 0; batch < 10; batch++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => TakeAndResetAsync(gateway))).WithTimeout();
        }

        Assert.Equal(1000, gateway.Reservations.Count);
        foreach (ScriptedReservation reservation in gateway.Reservations)
        {
            Assert.Equal("settled", await reservation.Ended.WithTimeout());
        }
    }

    [Theory]
    [InlineData("message", "settled")]
    [InlineData("OK alone", "settled")]
    [InlineData("error", "service_failed")]
    [InlineData("broken off", "service_failed")]
    [InlineData("settle refused", "not_recorded")]
    [InlineData("refused", "refused")]
    [InlineData("deadline", "client_disconnected")]
    [InlineData("free", "unpaid")]
    public async Task EveryCall_IsCountedOnce_HoweverItEnds(string how, string outcome)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        using var outcomes = new CallOutcomes(gateway);
        Dictionary<string, string> headers = GatewayHarness.Payment();
        switch (how)
        {
            case "OK alone" or "error":
                gateway.Service.Handle = async context =>
                {
                    await Wire.ReadAllAsync(context);
                    Wire.Begin(context);
                    Wire.End(context, how == "error" ? 5 : 0);
                };
                break;
            case "broken off":
                gateway.Service.Handle = context =>
                {
                    context.Abort();
                    return Task.CompletedTask;
                };
                break;
            case "settle refused":
                gateway.OnSettle = () => new(Refusals.NotRecorded());
                break;
            case "refused":
                headers.Remove("snet-payment-channel-id");
                break;
            case "deadline":
                headers["grpc-timeout"] = "200m";
                gateway.Service.Handle = HangAsync;
                break;
        }

        await gateway.CallAsync(Wire.Frame("a"), headers, how == "free" ? GatewayHarness.FreeMethod : GatewayHarness.Method);

        // A client has its answer before the gateway is done with the call: only a gateway that has stopped counts nothing more.
        await gateway.StopAsync();
        Assert.Equal([outcome], outcomes.All);
    }

    private static async Task TakeAndResetAsync(GatewayHarness gateway)
    {
        using HttpResponseMessage response = await gateway.SendAsync(
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment()));
        Stream answer = await response.Content.ReadAsStreamAsync();
        Assert.Equal(1, await answer.ReadAsync(new byte[1]));
    }

    private static Task HangAsync(HttpContext context)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.RequestAborted.Register(() => aborted.TrySetResult());
        return aborted.Task;
    }
}
