using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SnetGateway.Grpc.Server;
using ServingStatus = SnetGateway.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Grpc.Health;

/// <summary>The service <c>grpc.health.v1.Health</c>.</summary>
public static class HealthEndpoints
{
    /// <summary>The full name of the service.</summary>
    public const string Service = "grpc.health.v1.Health";

    /// <summary>Answers <c>Check</c> and <c>Watch</c> out of a registry. Watches end when the host stops.</summary>
    public static void MapGrpcHealth(this IEndpointRouteBuilder endpoints, HealthRegistry registry)
    {
        var stopping = endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var service = endpoints.MapGrpcService(Service);
        service.MapGrpcUnary<HealthCheckRequest, HealthCheckResponse>("Check", (request, _) => Check(registry, request));
        service.MapGrpcServerStreaming<HealthCheckRequest, HealthCheckResponse>("Watch", (request, responses, call) => WatchAsync(registry, request, responses, stopping, call.CancellationToken));
    }

    private static ValueTask<HealthCheckResponse> Check(HealthRegistry registry, HealthCheckRequest request) =>
        registry.Find(request.Service) is { } status
            ? ValueTask.FromResult(new HealthCheckResponse { Status = status })
            : throw new RpcException(new Status(StatusCode.NotFound, "unknown service"));

    private static async ValueTask WatchAsync(HealthRegistry registry, HealthCheckRequest request, GrpcResponseWriter<HealthCheckResponse> responses, CancellationToken stopping, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        ServingStatus? sent = null;
        try
        {
            while (true)
            {
                // A client too slow for every change is told the newest: what came between is passed over.
                var changed = registry.Changed;
                var status = registry.Find(request.Service) ?? ServingStatus.ServiceUnknown;
                if (status != sent)
                {
                    await responses.WriteAsync(new HealthCheckResponse { Status = status }, ended.Token);
                    sent = status;
                }

                await changed.WaitAsync(ended.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the server is stopping"));
        }
    }
}
