using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Telemetry;

/// <summary>What tracing costs where no collector is configured.</summary>
public sealed class NoTraceTests
{
    [Fact]
    public async Task WithoutACollector_CallsHaveNoActivity()
    {
        var seen = new List<Activity?>();
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(outside: app => app.Use((context, next) =>
        {
            seen.Add(Activity.Current);
            return next(context);
        }));
        gateway.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("y"));
            Wire.End(context, 0);
        };
        Assert.Equal(0, (await gateway.CallAsync("x")).Status);
        Assert.Equal([null], seen);
    }
}
