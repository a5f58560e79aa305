using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Admin;
using Xunit;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>Drained instances and weights, with calls.</summary>
public sealed class InstanceControlTests : IAsyncLifetime
{
    private const string Destinations = "ReverseProxy:Clusters:echo:Destinations:";
    private const string Policy = "ReverseProxy:Clusters:echo:LoadBalancingPolicy";

    private ScriptedService _second = null!;

    public async ValueTask InitializeAsync() => _second = await ScriptedService.StartAsync();

    public ValueTask DisposeAsync() => _second.DisposeAsync();

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("Weighted")]
    [InlineData("PowerOfTwoChoices")]
    public async Task DrainedInstance_GetsNoNewCalls_AndItsRunningOnesEnd(string policy)
    {
        await using GatewayHarness gateway = await StartAsync((Policy, policy));
        var arrived = new SyncPoint();
        gateway.Service.Handle = _second.Handle = async context =>
        {
            if (context.Request.Headers.ContainsKey("x-hold"))
            {
                await arrived.WaitAsync();
            }

            await Wire.EchoAsync(context);
        };
        InstanceControl control = ControlOf(gateway);
        Assert.Null(control.Apply(new InstanceRequest("echo", "one", Drained: true)));
        Task<GrpcReply> held =
            gateway.CallAsync(Wire.Frame("x"), GatewayHarness.Payment().Append(KeyValuePair.Create("x-hold", "1")));
        await arrived.Reached.WithTimeout();
        Assert.Null(control.Apply(new InstanceRequest("echo", "two", Drained: true)));
        Assert.Equal(14, (await gateway.CallAsync("x")).Status); // none is left
        Assert.Null(control.Apply(new InstanceRequest("echo", "one", Drained: false)));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(0, (await gateway.CallAsync("x")).Status);
        }

        arrived.Continue();
        Assert.Equal(0, (await held.WithTimeout()).Status);
        Assert.Equal((20, 1), (gateway.Service.Requests, _second.Requests));
    }

    [Fact]
    public async Task UnreachableInstance_IsNotReplacedByADrainedOne()
    {
        await using GatewayHarness gateway = await StartAsync();
        Assert.Null(ControlOf(gateway).Apply(new InstanceRequest("echo", "one", Drained: true)));
        await _second.DisposeAsync();
        Assert.Equal(14, (await gateway.CallAsync("x")).Status);
        Assert.Equal(0, gateway.Service.Requests);
    }

    [Fact]
    public async Task Weights_AreSharesOfTheCalls_AndChangeWhileItRuns()
    {
        await using GatewayHarness gateway = await StartAsync((Policy, "Weighted"), (Destinations + "two:Metadata:Weight", "25"));
        const int Calls = 400;
        await CallAsync(gateway, Calls);
        Assert.InRange(_second.Requests, 40, 130); // a fifth of them, with six standard deviations
        Assert.Null(ControlOf(gateway).Apply(new InstanceRequest("echo", "one", Weight: 0)));
        int before = gateway.Service.Requests;
        await CallAsync(gateway, 50);
        Assert.Equal(before, gateway.Service.Requests);
        Assert.Null(ControlOf(gateway).Apply(new InstanceRequest("echo", "one", ResetWeight: true)));
        await CallAsync(gateway, 50);
        Assert.True(gateway.Service.Requests > before);
    }

    [Theory]
    [InlineData("other", "one", 5, "there is no such instance")]
    [InlineData("echo", "three", 5, "there is no such instance")]
    [InlineData("echo", "one", -1, "a weight is a whole number from 0 to 1000000")]
    [InlineData("echo", "one", 5, "the cluster has no weights: write \"LoadBalancingPolicy\": \"Weighted\" in its configuration")]
    public async Task InvalidRequest_SaysWhy(string cluster, string instance, int weight, string problem)
    {
        await using GatewayHarness gateway = await StartAsync();
        Assert.Equal(problem, ControlOf(gateway).Apply(new InstanceRequest(cluster, instance, Weight: weight)));
    }

    private static InstanceControl ControlOf(GatewayHarness gateway) =>
        ActivatorUtilities.CreateInstance<InstanceControl>(gateway.Services);

    private static async Task CallAsync(GatewayHarness gateway, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            Assert.Equal(0, (await gateway.CallAsync("x")).Status);
        }
    }

    private Task<GatewayHarness> StartAsync(params (string Key, string Value)[] settings) => GatewayHarness.StartAsync(
        settings.Append((Key: Destinations + "two:Address", Value: _second.Address.ToString()))
            .ToDictionary(setting => setting.Key, string? (setting) => setting.Value));
}
