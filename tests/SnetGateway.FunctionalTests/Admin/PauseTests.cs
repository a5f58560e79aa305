using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Pauses;
using SnetGateway.Storage.Memory;
using Xunit;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>What consumers see of a paused service.</summary>
public sealed class PauseTests
{
    private const string Text = "No requests are currently being processed, please try again later";

    [Theory]
    [InlineData("echo")]
    [InlineData(PauseSet.All)]
    public async Task PausedService_IsRefusedBeforeAnything_UntilItIsResumed(string target)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        PauseBook pauses = PausesOf(gateway);
        await pauses.PauseAsync(target, default);
        GrpcReply refused = await gateway.CallAsync("x");
        Assert.Equal((14, Text), (refused.Status, refused.Message));
        Assert.Equal(14, (await gateway.CallAsync([], [])).Status); // before its metadata is read
        Assert.Empty(gateway.Admitted);
        Assert.Equal(0, gateway.Service.Requests);
        Assert.All(
            gateway.Services.GetRequiredService<RecentRefusals>().All, one => Assert.Equal(("paused", "echo"), (one.Reason, one.Service)));

        Assert.Equal(0, (await gateway.CallAsync(Wire.Frame("x"), [], GatewayHarness.FreeMethod)).Status);
        await pauses.ResumeAsync(target, default);
        Assert.Equal(0, (await gateway.CallAsync("x")).Status);
    }

    [Fact]
    public async Task OtherService_IsServed()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        await PausesOf(gateway).PauseAsync("other", default);
        Assert.Equal(0, (await gateway.CallAsync("x")).Status);
    }

    [Fact]
    public async Task RunningCall_Ends()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var arrived = new SyncPoint();
        gateway.Service.Handle = async context =>
        {
            await arrived.WaitAsync();
            await Wire.EchoAsync(context);
        };
        Task<GrpcReply> running = gateway.CallAsync("x");
        await arrived.Reached.WithTimeout();
        await PausesOf(gateway).PauseAsync(PauseSet.All, default);
        Assert.Equal(14, (await gateway.CallAsync("x")).Status);
        arrived.Continue();
        Assert.Equal(0, (await running.WithTimeout()).Status);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    private static PauseBook PausesOf(GatewayHarness gateway) =>
        new(new MemoryRecordStore(), gateway.Services.GetRequiredService<PauseSwitch>(), TimeProvider.System);
}
