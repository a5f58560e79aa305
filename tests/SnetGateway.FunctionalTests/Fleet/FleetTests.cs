using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Fleet;

/// <summary>Services come, change and go while streams run.</summary>
[Trait("Needs", "time")]
public sealed class FleetTests
{
    [Fact]
    public async Task InstanceAndServiceThatGo_KeepTheirStreams_AndTheLogTellsWhenTheyAreDrained()
    {
        await using ScriptedService first = await StreamingServiceAsync();
        await using ScriptedService second = await StreamingServiceAsync();
        await using FleetGateway gateway = await FleetGateway.StartAsync(("a.A", [first.Address]), ("b.B", [first.Address]));
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
        RawCall onInstance = await OpenAsync(client, "/a.A/Call");
        RawCall onService = await OpenAsync(client, "/b.B/Call");

        await gateway.ChangeAsync("is in force: ", ("a.A", [second.Address]));
        await gateway.LineAsync($"Instance port{first.Address.Port} of cluster a.A has left the configuration; 1 calls still run on it");
        await gateway.LineAsync($"Instance port{first.Address.Port} of cluster b.B has left the configuration; 1 calls still run on it");

        RawCall onNew = await OpenAsync(client, "/a.A/Call"); // the new instance answers
        Assert.Equal(1, second.Requests);
        Assert.Equal(12, (await client.CallAsync(RawHttp2.CallHeaders("/b.B/Call"))).Status); // UNIMPLEMENTED: nobody's method now
        foreach (RawCall call in new[] { onInstance, onService, onNew })
        {
            await call.SendAsync(Wire.Frame("last"), end: true);
            RawReply reply = await call.Reply.WithTimeout();
            Assert.Equal(0, reply.Status);
            Assert.Equal(2, Wire.Messages(reply.Body, out _).Count);
        }

        await gateway.LineAsync($"The last call on instance port{first.Address.Port} of cluster a.A has ended");
        await gateway.LineAsync($"The last call on instance port{first.Address.Port} of cluster b.B has ended");
    }

    [Fact]
    public async Task NewService_IsServedWithoutARestart_AndAFileWithAMistakeChangesNothing()
    {
        await using ScriptedService service = await StreamingServiceAsync();
        await using FleetGateway gateway = await FleetGateway.StartAsync(("a.A", [service.Address]));
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
        RawCall running = await OpenAsync(client, "/a.A/Call");
        Assert.Equal(12, (await client.CallAsync(RawHttp2.CallHeaders("/b.B/Call"))).Status);

        await gateway.ChangeAsync("is in force: 1 services, 2 routes", ("a.A", [service.Address]), ("b.B", [service.Address]));
        Assert.Equal(0, (await client.CallAsync(RawHttp2.CallHeaders("/b.B/Call"))).Status);
        await gateway.ChangeAsync("the previous configuration stays in force", ("c.C", [new Uri("ftp://127.0.0.1/")]));
        Assert.Equal(0, (await client.CallAsync(RawHttp2.CallHeaders("/b.B/Call"))).Status);

        await running.SendAsync(Wire.Frame("last"), end: true);
        Assert.Equal(0, (await running.Reply.WithTimeout()).Status);
    }

    [Fact]
    public async Task StreamWhileTheGatewayStops_EndsByItself_AndTheLogCountsWhatIsLeft()
    {
        await using ScriptedService service = await StreamingServiceAsync();
        await using FleetGateway gateway = await FleetGateway.StartAsync(("a.A", [service.Address]));
        RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
        RawCall running = await OpenAsync(client, "/a.A/Call");

        Task<int> stopping = gateway.Process.TerminateAsync();
        await gateway.LineAsync("The gateway is stopping; 1 calls still run");
        await running.SendAsync(Wire.Frame("last"), end: true);
        RawReply reply = await running.Reply.WithTimeout();
        Assert.Equal(0, reply.Status);
        Assert.Equal(2, Wire.Messages(reply.Body, out _).Count);
        await client.DisposeAsync(); // as every client of gRPC does after GOAWAY: the server waits for it, within the drain's limit
        Assert.Equal(0, await stopping.WithTimeout());
    }

    [Fact]
    public async Task GatewayAskedToStop_SaysSoAndStillTakesCalls_UntilTheDelayIsOver()
    {
        var time = new FakeTimeProvider();
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(
            new() { ["SnetGateway:Limits:DrainDelay"] = "00:00:05" }, services => services.AddSingleton<TimeProvider>(time));
        Task stopping = gateway.StopAsync();
        Assert.Contains(gateway.Readiness.Problems(), problem => problem.StartsWith("draining", StringComparison.Ordinal));
        Assert.Equal(0, (await gateway.CallAsync("late")).Status);
        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return stopping.IsCompleted;
        });
        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.CallAsync("too late"));
    }

    /// <summary>A call whose first message went there and back.</summary>
    private static async Task<RawCall> OpenAsync(RawHttp2 client, string path)
    {
        RawCall call = await client.OpenAsync(RawHttp2.CallHeaders(path));
        await call.SendAsync(Wire.Frame("first"));
        await call.FirstData.WithTimeout();
        return call;
    }

    private static async Task<ScriptedService> StreamingServiceAsync()
    {
        ScriptedService service = await ScriptedService.StartAsync();
        service.Handle = async context =>
        {
            Wire.Begin(context);
            byte[] buffer = new byte[4096];
            int count;
            while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                await Wire.SendAsync(context, buffer[..count]);
            }

            Wire.End(context, 0);
        };
        return service;
    }
}
