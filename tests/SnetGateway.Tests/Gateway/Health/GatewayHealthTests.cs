using Grpc.Core;
using Grpc.Health.V1;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Health;
using Xunit;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Tests.Gateway.Health;

public sealed class GatewayHealthTests
{
    private readonly GatewayHealth _health = new();

    private Task<GrpcTestHost> StartAsync() =>
        GrpcTestHost.StartAsync(app => app.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, _health)));

    [Fact]
    public async Task Check_KnownAndUnknownService_StatusAndNotFound()
    {
        _health.SetStatus("", ServingStatus.Serving);
        await using GrpcTestHost host = await StartAsync();
        HealthCheckResponse response = await Client(host).CheckAsync(new HealthCheckRequest());
        Assert.Equal(ServingStatus.Serving, response.Status);

        RpcException unknown = await Assert.ThrowsAsync<RpcException>(
            () => Client(host).CheckAsync(new HealthCheckRequest { Service = "none" }).ResponseAsync);
        Assert.Equal(new Status(StatusCode.NotFound, "unknown service"), unknown.Status);

        _health.ClearStatus("");
        await Assert.ThrowsAsync<RpcException>(() => Client(host).CheckAsync(new HealthCheckRequest()).ResponseAsync);
    }

    [Fact]
    public async Task Watch_UnknownService_SaysSoAndGoesOn()
    {
        await using GrpcTestHost host = await StartAsync();
        using AsyncServerStreamingCall<HealthCheckResponse> call = Client(host).Watch(new HealthCheckRequest { Service = "later" });
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
        _health.SetStatus("other", ServingStatus.Serving);
        _health.SetStatus("later", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await NextAsync(call));
        _health.SetStatus("later", ServingStatus.NotServing);
        _health.SetStatus("later", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
        _health.ClearStatus("later");
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
    }

    [Fact]
    public async Task Watch_ManyChanges_NeverTheSameTwiceAndTheNewestInTheEnd()
    {
        _health.SetStatus("busy", ServingStatus.NotServing);
        await using GrpcTestHost host = await StartAsync();
        using AsyncServerStreamingCall<HealthCheckResponse> call = Client(host).Watch(new HealthCheckRequest { Service = "busy" });
        ServingStatus last = await NextAsync(call);
        for (int change = 0; change < 10_000; change++)
        {
            _health.SetStatus("busy", change % 2 == 0 ? ServingStatus.Serving : ServingStatus.NotServing);
        }

        _health.SetStatus("busy", ServingStatus.Unknown);
        while (last != ServingStatus.Unknown)
        {
            ServingStatus next = await NextAsync(call);
            Assert.NotEqual(last, next);
            last = next;
        }
    }

    [Fact]
    public async Task Watch_ServerStops_EndsWithUnavailable()
    {
        _health.SetStatus("", ServingStatus.Serving);
        await using GrpcTestHost host = await StartAsync();
        using AsyncServerStreamingCall<HealthCheckResponse> call = Client(host).Watch(new HealthCheckRequest());
        Assert.Equal(ServingStatus.Serving, await NextAsync(call));
        Task stopped = host.StopAsync();
        RpcException ended = await Assert.ThrowsAsync<RpcException>(async () => await NextAsync(call));
        Assert.Equal(new Status(StatusCode.Unavailable, "the server is stopping"), ended.Status);
        await stopped.WaitAsync(GrpcTestHost.Patience);
    }

    private static Grpc.Health.V1.Health.HealthClient Client(GrpcTestHost host) => new(host.Client);

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(GrpcTestHost.Patience));
        return call.ResponseStream.Current.Status;
    }
}
