using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Health;
using SnetGateway.Payments.Settlement;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>How long programs live, how many there are, and that nothing of them is left behind.</summary>
public sealed class ProcessLifeTests
{
    /// <summary>A program with a child and a grandchild, all of which write down who they are and stay.</summary>
    private const string Family =
        "echo $$ >> pids; (echo $(exec sh -c 'echo $PPID') >> pids; sleep 600 & echo $! >> pids; wait) & sleep 600 & echo $! >> pids; wait";

    [Fact]
    public async Task ClientLeaves_ProgramAndItsChildrenAreGone()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell(Family));
        using var leave = new CancellationTokenSource();
        Task<HttpResponseMessage> call = gateway.SendAsync(
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment()), leave.Token);
        int[] pids = await folder.PidsAsync("pids", 4);
        Assert.All(pids, pid => Assert.True(ProgramFolder.IsAlive(pid)));
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithTimeout());
        await Eventually.TrueAsync(() => !pids.Any(ProgramFolder.IsAlive));
        Assert.Equal(nameof(ReleaseReason.ClientDisconnected), await gateway.Reservation.Ended.WithTimeout());
        await Eventually.TrueAsync(() => !Slots(gateway).IsAnyTaken);
    }

    [Fact]
    public async Task DeadlinePasses_ProgramAndItsChildrenAreGone()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell(Family));
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-timeout"] = "700m";
        GrpcReply reply = await gateway.CallAsync(Wire.Frame("a"), headers);
        Assert.Equal(4, reply.Status);
        int[] pids = await folder.PidsAsync("pids", 1);
        await Eventually.TrueAsync(() => !pids.Any(ProgramFolder.IsAlive) && !Slots(gateway).IsAnyTaken);
    }

    [Fact]
    public async Task ClientLeavesAStream_ProgramIsGone()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell("echo $$ > pid; yes"), ("Output", "Lines"));
        HttpResponseMessage response = await gateway.SendAsync(
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).WithTimeout();
        Stream answer = await response.Content.ReadAsStreamAsync().WithTimeout();
        await answer.ReadExactlyAsync(new byte[6]).AsTask().WithTimeout();
        response.Dispose();
        int pid = Assert.Single(await folder.PidsAsync("pid", 1));
        await Eventually.TrueAsync(() => !ProgramFolder.IsAlive(pid) && !Slots(gateway).IsAnyTaken);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task GatewayStops_ProgramAndItsChildrenAreGone()
    {
        using var folder = new ProgramFolder();
        int[] pids;
        await using (GatewayHarness gateway = await folder.StartAsync(folder.Shell(Family)))
        {
            Task<HttpResponseMessage> call = gateway.SendAsync(
                gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment()));
            pids = await folder.PidsAsync("pids", 4);
            await gateway.StopAsync().WithTimeout();
            await call.ContinueWith(_ => { }, TaskScheduler.Default).WithTimeout();
        }

        await Eventually.TrueAsync(() => !pids.Any(ProgramFolder.IsAlive));
    }

    [Fact]
    public async Task WhatAProgramLeavesInTheBackground_EndsWithIt_AndHoldsNothingUp()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell("sleep 600 & echo $! > pid; printf done"));
        Assert.Equal(["done"], (await gateway.CallAsync("a")).Texts);
        int pid = Assert.Single(await folder.PidsAsync("pid", 1));
        await Eventually.TrueAsync(() => !ProgramFolder.IsAlive(pid));
    }

    [Fact]
    public async Task ProcessThatLeftTheGroupAndHoldsTheOutput_IsNotWaitedFor()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell(
            "setsid sh -c 'echo $$ > pid; exec sleep 600' & while [ ! -s pid ]; do sleep 0.01; done; printf done"));
        Assert.Equal(["done"], (await gateway.CallAsync("a")).Texts);
        Assert.True(gateway.Log.Has("ProgramLeftOutputOpen"));
        using var escaped = Process.GetProcessById(Assert.Single(await folder.PidsAsync("pid", 1)));
        escaped.Kill();
    }

    [Fact]
    public async Task MoreCallsThanMayRun_WaitInALine_AndBeyondItAreUnavailable()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell("echo $$ >> pids; while [ ! -e go ]; do sleep 0.01; done; printf done"), ("MaxRunning", "1"), ("MaxWaiting", "1"));
        Task<GrpcReply> first = gateway.CallAsync("a");
        await folder.PidsAsync("pids", 1);
        Task<GrpcReply>[] others = [gateway.CallAsync("b"), gateway.CallAsync("c")];
        GrpcReply refused = await (await Task.WhenAny(others).WithTimeout());
        Assert.Equal(14, refused.Status);
        Assert.Equal("the service is busy", refused.Message);
        Assert.Single(await folder.PidsAsync("pids", 1));
        await File.WriteAllTextAsync(folder.File("go"), "");
        Assert.Equal(0, (await first.WithTimeout()).Status);
        Assert.Equal([0, 14], (await Task.WhenAll(others).WithTimeout()).Select(reply => reply.Status).Order());
        Assert.Equal(2, (await folder.PidsAsync("pids", 2)).Length);
    }

    [Fact]
    public async Task DeadlineWhileWaiting_EndsTheCall_AndFreesItsPlaceInTheQueue()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell("echo $$ >> pids; while [ ! -e go ]; do sleep 0.01; done; printf done"), ("MaxRunning", "1"), ("MaxWaiting", "1"));
        Task<GrpcReply> first = gateway.CallAsync("a");
        await folder.PidsAsync("pids", 1);
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-timeout"] = "50m";
        Assert.Equal(4, (await gateway.CallAsync(Wire.Frame("b"), headers)).Status);
        Assert.Equal(4, (await gateway.CallAsync(Wire.Frame("c"), headers)).Status);
        await File.WriteAllTextAsync(folder.File("go"), "");
        Assert.Equal(0, (await first.WithTimeout()).Status);
        Assert.Equal(0, (await gateway.CallAsync("d")).Status);
    }

    [Fact]
    public async Task Probe_AsksWhetherTheProgramCanBeStarted()
    {
        using var folder = new ProgramFolder();
        string program = folder.Shell("cat");
        await using GatewayHarness gateway = await folder.StartAsync(program);
        using var client = new HttpMessageInvoker(ActivatorUtilities.CreateInstance<ProcessBackend>(gateway.Services, "echo"));
        Assert.True(await IsHealthyAsync("process://test"));
        File.Delete(program);
        Assert.False(await IsHealthyAsync("process://test"));
        Assert.False(await IsHealthyAsync("process://nobody"));

        async Task<bool> IsHealthyAsync(string address) =>
            (await client.SendAsync(HealthProbe.CreateRequest(new Uri(address), "", missingIsHealthy: true), default)).IsSuccessStatusCode;
    }

    private static ProgramSlots Slots(GatewayHarness gateway) => gateway.Services.GetRequiredService<ProgramSlots>();
}
