using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.FunctionalTests.Limits;

/// <summary>Rates and budgets on the wire: who is refused, with what, and what a refused call leaves.</summary>
public sealed class CallLimitTests
{
    private const string Rates = "SnetGateway:Limits:Rates:", Budgets = "SnetGateway:Limits:Budgets:";
    private static readonly Address s_other = Address.Parse("0x1111111111111111111111111111111111111111");

    private Address _payer = GatewayHarness.Payer;

    [Fact]
    public async Task Address_AboveItsRate_IsRefusedBeforeItsPaymentIsRead()
    {
        await using GatewayHarness gateway = await StartAsync(($"{Rates}one:Per", "address"), ($"{Rates}one:Calls", "2"), OfADay("one"));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(0, (await gateway.CallAsync("x")).Status);
        }

        ExpectLimited(await gateway.CallAsync("x"), 1, 86_400);
        ExpectLimited(await gateway.CallAsync([], []), 1, 86_400);
        ExpectLimited(await gateway.CallAsync([], [], GatewayHarness.FreeMethod), 1, 86_400);
        Assert.Equal(2, gateway.Admitted.Count);
        Assert.Equal(1, gateway.Log.Count("CallLimited")); // the others of the same moment are counted by it
    }

    [Fact]
    public async Task Payer_AboveItsRate_IsRefused_AndOthersAreServed()
    {
        await using GatewayHarness gateway = await StartAsync(($"{Rates}one:Per", "payer"), ($"{Rates}one:Calls", "1"), OfADay("one"));
        Assert.Equal(0, (await gateway.CallAsync("x")).Status);
        ExpectLimited(await gateway.CallAsync("x"), 1, 86_400);
        _payer = s_other;
        Assert.Equal(0, (await gateway.CallAsync("x")).Status);
        Assert.Equal(0, (await gateway.CallAsync([], [], GatewayHarness.FreeMethod)).Status); // has no payer
        Assert.Equal(2, gateway.Reservations.Count);
    }

    [Fact]
    public async Task AllCalls_OfAMethod_AreCounted_AndAnInvalidPaymentIsNot()
    {
        await using GatewayHarness gateway = await StartAsync(
            ($"{Rates}one:Method", GatewayHarness.Method), ($"{Rates}one:Service", "echo"), ($"{Rates}one:Calls", "1"), OfADay("one"));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(3, (await gateway.CallAsync([], [])).Status);
        }

        Assert.Equal(0, (await gateway.CallAsync(Wire.Frame("x"), method: "/test.Echo/Other")).Status);
        Assert.Equal(0, (await gateway.CallAsync("x")).Status);
        ExpectLimited(await gateway.CallAsync("x"), 1, 86_400);
    }

    [Fact]
    public async Task RouteWithoutPayment_IsCountedWithAll()
    {
        await using GatewayHarness gateway = await StartAsync(($"{Rates}one:Calls", "1"), OfADay("one"));
        Assert.Equal(0, (await gateway.CallAsync([], [], GatewayHarness.FreeMethod)).Status);
        ExpectLimited(await gateway.CallAsync([], [], GatewayHarness.FreeMethod), 1, 86_400);
    }

    [Fact]
    public async Task RunningCalls_AreLimited_UntilOneEnds()
    {
        await using GatewayHarness gateway = await StartAsync(($"{Rates}one:Running", "1"));
        var arrived = new SyncPoint();
        gateway.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            await arrived.WaitAsync();
            await AnswerAsync(context);
        };
        Task<GrpcReply> first = gateway.CallAsync("x");
        await arrived.Reached.WithTimeout();
        ExpectLimited(await gateway.CallAsync("x"), 1, 1);
        arrived.Continue();
        Assert.Equal(0, (await first).Status);

        // A client that has its whole response may begin the next call immediately.
        for (int next = 0; next < 100; next++)
        {
            Assert.Equal(0, (await gateway.CallAsync("x")).Status);
        }
    }

    [Fact]
    public async Task Budget_IsUsedByChargedCallsOnly()
    {
        var store = new ScriptedStore();
        await using GatewayHarness gateway = await StartAsync(store, ($"{Budgets}day:Cogs", "30"));
        Assert.Equal(0, (await gateway.CallAsync("x")).Status);
        gateway.OnSettle = () => new(Refusals.NotRecorded());
        Assert.Equal(13, (await gateway.CallAsync("x")).Status); // nothing is charged
        gateway.OnSettle = () => default;
        Assert.Equal(0, (await gateway.CallAsync("x")).Status);
        gateway.OnSettle = () => new(Refusals.OutcomeUnknown());
        Assert.Equal(13, (await gateway.CallAsync("x")).Status); // may be charged
        gateway.OnSettle = () => default;
        GrpcReply last = await gateway.CallAsync("x");
        Assert.Equal((8, "the spending limit of the day is reached"), (last.Status, last.Message));
        Assert.InRange(RetryAfter(last), 1, 86_400);
        _payer = s_other;
        Assert.Equal(0, (await gateway.CallAsync("x")).Status);
    }

    [Fact]
    public async Task BudgetWithoutAStore_RefusesCalls()
    {
        var store = new ScriptedStore { FailingReads = 1 };
        await using GatewayHarness gateway = await StartAsync(store, ($"{Budgets}day:Cogs", "30"));
        Assert.Equal(14, (await gateway.CallAsync("x")).Status);
        Assert.Equal(0, (await gateway.CallAsync("x")).Status);
    }

    [Fact]
    public async Task SharedRate_IsOneForTwoGateways()
    {
        var store = new ScriptedStore { IsShared = true };
        (string, string)[] rate = [($"{Rates}one:Calls", "10"), ($"{Rates}one:Shared", "true"), OfADay("one")];
        await using GatewayHarness one = await StartAsync(store, rate);
        await using GatewayHarness two = await StartAsync(store, rate);
        int accepted = 0;
        for (int i = 0; i < 30; i++)
        {
            accepted += (await (i % 2 == 0 ? one : two).CallAsync("x")).Status == 0 ? 1 : 0;
        }

        Assert.Equal(10, accepted);
    }

    private static (string, string) OfADay(string name) => ($"{Rates}{name}:Period", "1.00:00:00");

    private static void ExpectLimited(GrpcReply reply, int leastSeconds, int mostSeconds)
    {
        Assert.Equal((8, "rate limiting , too many requests to handle"), (reply.Status, reply.Message));
        Assert.InRange(RetryAfter(reply), leastSeconds, mostSeconds);
    }

    private static int RetryAfter(GrpcReply reply) =>
        int.Parse(GrpcReply.One(reply.Headers, "retry-after")!, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task AnswerAsync(HttpContext context)
    {
        Wire.Begin(context);
        await Wire.SendAsync(context, Wire.Frame("y"));
        Wire.End(context, 0);
    }

    private Task<GatewayHarness> StartAsync(params (string Key, string Value)[] settings) => StartAsync(new ScriptedStore(), settings);

    private async Task<GatewayHarness> StartAsync(ScriptedStore store, params (string Key, string Value)[] settings)
    {
        GatewayHarness gateway = await GatewayHarness.StartAsync(
            settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value),
            services => services.AddSingleton<IRecordStore>(store));
        gateway.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            await AnswerAsync(context);
        };
        gateway.Admit = async (payment, call, token) =>
        {
            if ((await call.Limits!.AdmitAsync(_payer, token) ?? await call.Limits.HoldAsync(10, token)) is { } refusal)
            {
                return AdmissionResult.Refused(refusal);
            }

            var reservation = new ScriptedReservation(_payer) { OnSettle = gateway.OnSettle, Ceiling = 10 };
            gateway.Admitted.Enqueue((payment, call));
            gateway.Reservations.Enqueue(reservation);
            return AdmissionResult.Of(reservation);
        };
        return gateway;
    }
}
