using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Health;

/// <summary>`grpc.health.v1.Health`, with the statuses that <see cref="HealthFeed"/> sets.</summary>
internal sealed class GatewayHealth : HealthServiceImpl
{
    /// <summary>With the text that other servers send; the package sends none.</summary>
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        try
        {
            return await base.Check(request, context);
        }
        catch (RpcException missing)
        {
            throw new RpcException(new Grpc.Core.Status(missing.StatusCode, "unknown service"));
        }
    }

    public override Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context) =>
        base.Watch(request, new Changes(responseStream), context);

    /// <summary>The package drops statuses that a slow client has not read, so the same status may follow itself.</summary>
    private sealed class Changes(IServerStreamWriter<HealthCheckResponse> inner) : IServerStreamWriter<HealthCheckResponse>
    {
        private Status? _last;

        public WriteOptions? WriteOptions
        {
            get => inner.WriteOptions;
            set => inner.WriteOptions = value;
        }

        public Task WriteAsync(HealthCheckResponse message)
        {
            if (message.Status == _last)
            {
                return Task.CompletedTask;
            }

            _last = message.Status;
            return inner.WriteAsync(message);
        }
    }
}
