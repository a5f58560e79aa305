using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Refusal;
using Xunit;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>The calls that run, and the newest refusals.</summary>
public sealed class LiveCallTests
{
    [Fact]
    public async Task RunningCall_IsListed_UntilItEnds()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        RunningCallReader reader = ActivatorUtilities.CreateInstance<RunningCallReader>(gateway.Services);
        var arrived = new SyncPoint();
        gateway.Service.Handle = async context =>
        {
            await arrived.WaitAsync();
            await Wire.EchoAsync(context);
        };
        Assert.Empty(reader.Read(10));
        Task<GrpcReply> call = gateway.CallAsync("x");
        await arrived.Reached.WithTimeout();
        RunningCallView view = Assert.Single(reader.Read(10));
        Assert.Equal(
            ("echo", "echo", GatewayHarness.Method, GatewayHarness.Payer.ToString(), false),
            (view.Service, view.Route, view.Method, view.Payer, view.IsPaid));
        arrived.Continue();
        Assert.Equal(0, (await call.WithTimeout()).Status);
        await Eventually.TrueAsync(() => reader.Read(10).Count == 0);
    }

    [Fact]
    public async Task Refusals_AreKept_WithoutControlCharacters_AndFloodOfOneKindHidesNoOther()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Admit = (_, _, _) => new(AdmissionResult.Refused(Refusals.NotRecorded()));
        Assert.Equal(13, (await gateway.CallAsync("x")).Status);
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(3, (await gateway.CallAsync([], [])).Status);
        }

        RecentRefusals recent = gateway.Services.GetRequiredService<RecentRefusals>();
        Assert.Equal(201, recent.Count);
        Assert.Equal(129, recent.All.Count());
        RefusedCall first = recent.All.Single(refusal => refusal.Reason == "not_recorded");
        Assert.Equal(
            ("echo", "7", GatewayHarness.Method, "127.0.0.1"),
            (first.Service, first.Channel, first.Method, first.Address!.MapToIPv4().ToString()));
        Assert.Equal(recent.All.Select(refusal => refusal.At).OrderDescending(), recent.All.Select(refusal => refusal.At));
    }
}
