using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Hooks;
using SnetGateway.Gateway.Logging;
using SnetGateway.TestKit.Monitoring;
using Xunit;

namespace SnetGateway.FunctionalTests.Telemetry;

/// <summary>A hook of a gateway that serves.</summary>
public sealed class HookTests : IAsyncLifetime
{
    private HookReceiver _receiver = null!;
    private GatewayHarness _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await HookReceiver.StartAsync();
        _gateway = await GatewayHarness.StartAsync(
            new Dictionary<string, string?>
            {
                ["SnetGateway:Log:Hooks:operator:Kind"] = "webhook",
                ["SnetGateway:Log:Hooks:operator:Interval"] = "00:00:01",
                ["SnetGateway:Log:Hooks:operator:Webhook:Url"] = $"{_receiver.Address}events",
            },
            services => services.AddLogging(logging => logging.AddLogOutput()).AddHooks());
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task ErrorOfACall_IsDelivered_AndAReceiverThatHangs_DelaysNoCall()
    {
        var held = new TaskCompletionSource();
        _receiver.Held = held.Task;
        await _gateway.CallAsync(Wire.Frame("x"), method: "/lost.Echo/Call");
        HookPost post = await _receiver.NextAsync();
        Assert.Equal("RouteWithoutService", post.Json.GetProperty("events")[0].GetProperty("eventName").GetString());
        Assert.Equal("lost", post.Json.GetProperty("events")[0].GetProperty("values").GetProperty("Route").GetString());

        ILogger storm = _gateway.Services.GetRequiredService<ILoggerFactory>().CreateLogger("storm");
        for (int i = 0; i < 10_000; i++)
        {
            storm.LogError("Number {Number} failed.", i);
        }

        Assert.Equal(0, (await _gateway.CallAsync("hello")).Status);
        held.SetResult();
        HookPost next = await _receiver.NextAsync();
        Assert.Equal(
            10_000, next.Json.GetProperty("events").GetArrayLength() + next.Json.GetProperty("notSent").GetProperty("storm").GetInt32());
    }
}
