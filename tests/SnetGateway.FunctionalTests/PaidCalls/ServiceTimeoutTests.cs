using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.Web;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>A service's time to its first byte: who has answered is not cut off, whatever comes then.</summary>
public sealed class ServiceTimeoutTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    [Rule(24)]
    public async Task ServiceTimeout_EndsACallBeforeItsFirstByte()
    {
        await using GatewayHarness gateway =
            await GatewayHarness.StartAsync(new() { ["SnetGateway:PaidCalls:ServiceTimeout"] = "00:00:00.2" });
        gateway.Service.Handle = HangAsync;
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(4, reply.Status);
        Assert.Equal("the service did not respond in time", reply.Message);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    [Rule(24)]
    public async Task ServiceTimeout_OfOneService_GoesBeforeTheCommonOne()
    {
        PaidService quick = GatewayHarness.Paid with { Timeout = TimeSpan.FromMilliseconds(200) };
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(
            new() { ["SnetGateway:PaidCalls:ServiceTimeout"] = "00:00:00" },
            live: GatewayHarness.Live([quick]));
        gateway.Service.Handle = HangAsync;
        Assert.Equal(4, (await gateway.CallAsync("a")).Status);

        // And the other way round: this service's zero outlasts a common time, which an unpaid route shows to have passed.
        quick = quick with { Timeout = TimeSpan.Zero };
        await using GatewayHarness other = await GatewayHarness.StartAsync(
            new() { ["SnetGateway:PaidCalls:ServiceTimeout"] = "00:00:00.2" },
            live: GatewayHarness.Live([quick]));
        other.Service.Handle = HangAsync;
        using var leaving = new CancellationTokenSource();
        Task<HttpResponseMessage> patient = other.SendAsync(
            other.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment()), leaving.Token);
        Assert.Equal(4, (await other.CallAsync(Wire.Frame("b"), method: GatewayHarness.FreeMethod)).Status);
        Assert.False(patient.IsCompleted);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient).WithTimeout();
        Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await other.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData(GatewayHarness.Method)]
    [InlineData(GatewayHarness.FreeMethod)]
    [Rule(24)]
    public async Task ServiceTimeout_DoesNotCountAfterTheFirstByte(string method)
    {
        await using GatewayHarness gateway = await StartAsync();
        var more = new SyncPoint();
        gateway.Service.Handle = context => AnswerTwiceAsync(context, more);
        using HttpResponseMessage response = await gateway.SendAsync(
            gateway.Request(method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).WithTimeout();
        byte[] answer = await ReadWithAPauseAsync(response, more);
        Assert.Equal([.. Wire.Frame("1"), .. Wire.Frame("2")], answer);
        Assert.Equal("0", GrpcReply.One(response.TrailingHeaders, "grpc-status"));
    }

    [Theory]
    [InlineData("1.1", GatewayHarness.Method)]
    [InlineData("1.1", GatewayHarness.FreeMethod)]
    [InlineData("2.0", GatewayHarness.FreeMethod)]
    [Rule(24)]
    public async Task ServiceTimeout_OfAWebCall_DoesNotCountAfterTheFirstByte(string version, string method)
    {
        await using GatewayHarness gateway = await StartAsync();
        var more = new SyncPoint();
        gateway.Service.Handle = context => AnswerTwiceAsync(context, more);
        using HttpResponseMessage response = await gateway.SendAsync(
            WebCalls.Request(gateway, version, WebCalls.Binary, new ByteArrayContent(Wire.Frame("a")), method)).WithTimeout();
        var reply = WebReply.Read(response, await ReadWithAPauseAsync(response, more));
        Assert.Equal(["1", "2"], reply.Texts);
        Assert.Equal(0, reply.Status);
    }

    [Theory]
    [InlineData("paid")]
    [InlineData(null)]
    [Rule(24)]
    public async Task ServiceTimeout_DoesNotCountTheSettle(string? message)
    {
        await using GatewayHarness gateway = await StartAsync();
        var settle = new SyncPoint();
        gateway.OnSettle = () => SettleAsync(settle);
        gateway.Service.Handle = context => AnswerAsync(context, message);
        Task<GrpcReply> call = gateway.CallAsync("a");
        await settle.Reached.WithTimeout();
        _time.Advance(s_long);
        settle.Continue();
        GrpcReply reply = await call.WithTimeout();
        Assert.Equal(message is null ? [] : [message], reply.Texts);
        Assert.Equal(0, reply.Status);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    [Rule(24)]
    public async Task ClientsDeadlineDuringTheSettle_TheMessageIsPaidAndSent_ThenTheCallEnds()
    {
        await using GatewayHarness gateway = await StartAsync();
        var settle = new SyncPoint();
        gateway.OnSettle = () => SettleAsync(settle);
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-timeout"] = "10S";
        Task<GrpcReply> call = gateway.CallAsync(Wire.Frame("paid"), headers);
        await settle.Reached.WithTimeout();
        _time.Advance(s_long);
        settle.Continue();
        GrpcReply reply = await call.WithTimeout();
        Assert.Equal(["paid"], reply.Texts);
        Assert.Equal(4, reply.Status);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    /// <summary>A gateway whose time stands until the test moves it.</summary>
    private Task<GatewayHarness> StartAsync() =>
        GatewayHarness.StartAsync(services: services => services.AddSingleton<TimeProvider>(_time));

    private static async Task AnswerAsync(HttpContext context, string? message)
    {
        await Wire.ReadAllAsync(context);
        Wire.Begin(context);
        if (message is not null)
        {
            await Wire.SendAsync(context, Wire.Frame(message));
        }

        Wire.End(context, 0);
    }

    private static async Task AnswerTwiceAsync(HttpContext context, SyncPoint more)
    {
        Wire.Begin(context);
        await Wire.SendAsync(context, Wire.Frame("1"));
        await more.WaitAsync();
        await Wire.SendAsync(context, Wire.Frame("2"));
        Wire.End(context, 0);
    }

    private static async ValueTask<PaymentRefusal?> SettleAsync(SyncPoint settle)
    {
        await settle.WaitAsync();
        return null;
    }

    /// <summary>The whole answer. After its first message the service's time passes, and only then the service goes on.</summary>
    private async Task<byte[]> ReadWithAPauseAsync(HttpResponseMessage response, SyncPoint more)
    {
        using var whole = new MemoryStream();
        Stream answer = await response.Content.ReadAsStreamAsync().WithTimeout();
        byte[] first = new byte[Wire.Frame("1").Length];
        await answer.ReadExactlyAsync(first).AsTask().WithTimeout();
        whole.Write(first);
        _time.Advance(s_long);
        more.Continue();
        await answer.CopyToAsync(whole).WithTimeout();
        return whole.ToArray();
    }

    private static Task HangAsync(HttpContext context)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.RequestAborted.Register(() => aborted.TrySetResult());
        return aborted.Task;
    }
}
