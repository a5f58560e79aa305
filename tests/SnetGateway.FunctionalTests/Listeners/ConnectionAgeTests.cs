using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Listeners;
using Xunit;

namespace SnetGateway.FunctionalTests.Listeners;

/// <summary>Old connections are closed without affecting a call.</summary>
public sealed class ConnectionAgeTests
{
    private static readonly Dictionary<string, string?> s_aged = new()
    {
        ["SnetGateway:Limits:MaxConnectionAge"] = "00:10:00",
        ["SnetGateway:Limits:MaxConnectionAgeGrace"] = "00:05:00",
    };

    [Fact]
    public async Task OldIdleConnection_EndsWithGoAwayAndNoError()
    {
        var time = new FakeTimeProvider();
        await using GatewayHarness gateway = await StartAsync(time);
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.PublicEndPoint);
        Assert.Equal(0, (await client.CallAsync(Payment())).Status);
        time.Advance(TimeSpan.FromMinutes(8.9)); // below the age less 10 %
        Assert.Equal(0, (await client.CallAsync(Payment())).Status);
        time.Advance(TimeSpan.FromMinutes(2.2));
        Assert.Equal(0, await EndAsync(client, time));
    }

    [Fact]
    public async Task CallOnOldConnection_RunsToItsEnd()
    {
        var time = new FakeTimeProvider();
        await using GatewayHarness gateway = await StartAsync(time);
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.PublicEndPoint);
        RawCall call = await client.OpenAsync(Payment());
        await call.SendAsync(Wire.Frame("first"));
        await call.FirstData.WithTimeout();
        time.Advance(TimeSpan.FromMinutes(11.1));
        await call.SendAsync(Wire.Frame("last"), end: true);
        RawReply reply = await call.Reply.WithTimeout();
        Assert.Equal(0, reply.Status);
        Assert.Equal(2, Wire.Messages(reply.Body, out _).Count);
        Assert.Equal(0, await EndAsync(client, time));
    }

    [Fact]
    public async Task CallBeyondTheGracePeriod_IsAborted()
    {
        var time = new FakeTimeProvider();
        await using GatewayHarness gateway = await StartAsync(time);
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.PublicEndPoint);
        RawCall call = await client.OpenAsync(Payment());
        await call.SendAsync(Wire.Frame("first"));
        await call.FirstData.WithTimeout();
        time.Advance(TimeSpan.FromMinutes(11)); // GOAWAY is sent after 9 to 11 minutes; this clock's timers fire at the end of a step
        time.Advance(TimeSpan.FromMinutes(4.9)); // the grace is 5 minutes
        await call.SendAsync(Wire.Frame("still there"));
        Assert.False(call.Reply.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(0.2));
        Assert.Equal(-1, (await call.Reply.WithTimeout()).Reset);
    }

    /// <summary>This client does not close after GOAWAY, so the gateway does when it has waited for it.</summary>
    private static async Task<int> EndAsync(RawHttp2 client, FakeTimeProvider time)
    {
        await client.GoAway.WithTimeout();
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(LingeringClose.Limit);
                return client.Ended.IsCompleted;
            },
            "the connection is closed");
        return await client.Ended;
    }

    private static List<(string Name, string Value)> Payment() =>
        [.. RawHttp2.CallHeaders(GatewayHarness.Method), .. GatewayHarness.Payment().Select(pair => (pair.Key, pair.Value))];

    private static async Task<GatewayHarness> StartAsync(FakeTimeProvider time)
    {
        GatewayHarness gateway = await GatewayHarness.StartAsync(s_aged, services => services.AddSingleton<TimeProvider>(time));
        gateway.Service.Handle = async context =>
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
        return gateway;
    }
}
