using Grpc.Core;
using SnetGateway.Grpc.Client;
using SnetGateway.Grpc.Health;
using Xunit;
using ServingStatus = SnetGateway.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Tests.Grpc.Health;

public sealed class HealthTests
{
    private readonly HealthRegistry _registry = new();

    private Task<GrpcTestHost> StartAsync() => GrpcTestHost.StartAsync(app => app.MapGrpcHealth(_registry));

    [Fact]
    public async Task Check_KnownAndUnknownService_StatusAndNotFound()
    {
        _registry.Set("", ServingStatus.Serving);
        await using var host = await StartAsync();
        var response = await host.Client.UnaryAsync(HealthMethods.Check, new HealthCheckRequest(), null, CancellationToken.None);
        Assert.Equal(ServingStatus.Serving, response.Message.Status);

        var unknown = await Assert.ThrowsAsync<RpcException>(() => host.Client.UnaryAsync(HealthMethods.Check, new HealthCheckRequest { Service = "none" }, null, CancellationToken.None));
        Assert.Equal(new Status(StatusCode.NotFound, "unknown service"), unknown.Status);

        _registry.Remove("");
        await Assert.ThrowsAsync<RpcException>(() => host.Client.UnaryAsync(HealthMethods.Check, new HealthCheckRequest(), null, CancellationToken.None));
    }

    [Fact]
    public async Task Watch_UnknownService_SaysSoAndGoesOn()
    {
        await using var host = await StartAsync();
        await using var call = host.Client.StartServerStreaming(HealthMethods.Watch, new HealthCheckRequest { Service = "later" }, null, CancellationToken.None);
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
        _registry.Set("other", ServingStatus.Serving);
        _registry.Set("later", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));
        _registry.Set("later", ServingStatus.NotServing);
        _registry.Set("later", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
        _registry.Remove("later");
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
    }

    [Fact]
    public async Task Watch_ManyChanges_NeverTheSameTwiceAndTheNewestInTheEnd()
    {
        _registry.Set("busy", ServingStatus.NotServing);
        await using var host = await StartAsync();
        await using var call = host.Client.StartServerStreaming(HealthMethods.Watch, new HealthCheckRequest { Service = "busy" }, null, CancellationToken.None);
        var last = await NextAsync(call);
        for (var change = 0; change < 10_000; change++)
        {
            _registry.Set("busy", change % 2 == 0 ? ServingStatus.Serving : ServingStatus.NotServing);
        }

        _registry.Set("busy", ServingStatus.Unknown);
        while (last != ServingStatus.Unknown)
        {
            var next = await NextAsync(call);
            Assert.NotEqual(last, next);
            last = next;
        }
    }

    [Fact]
    public async Task Watch_ServerStops_EndsWithUnavailable()
    {
        _registry.Set("", ServingStatus.Serving);
        await using var host = await StartAsync();
        await using var call = host.Client.StartServerStreaming(HealthMethods.Watch, new HealthCheckRequest(), null, CancellationToken.None);
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
        var stopped = host.StopAsync();
        var ended = await Assert.ThrowsAsync<RpcException>(async () => await NextAsync(call));
        Assert.Equal(new Status(StatusCode.Unavailable, "the server is stopping"), ended.Status);
        await stopped.WaitAsync(GrpcTestHost.Patience);
    }

    private static async Task<ServingStatus> NextAsync(GrpcClientCall<HealthCheckRequest, HealthCheckResponse> call) =>
        (await call.ReadAsync().AsTask().WaitAsync(GrpcTestHost.Patience)).Message.Status;
}
