using Microsoft.Extensions.DependencyInjection.Extensions;
using SnetGateway.Gateway.Heartbeats;
using SnetGateway.Grpc.Health;
using SnetGateway.Grpc.Reflection;

namespace SnetGateway.Gateway.Control;

/// <summary>The gateway's own gRPC services.</summary>
internal static class ControlServices
{
    public static IServiceCollection AddControl(this IServiceCollection services)
    {
        services.TryAddSingleton<HealthRegistry>();
        services.AddHostedService<HealthFeed>();
        services.TryAddSingleton<HeartbeatCheck>();
        services.AddHostedService<HeartbeatStart>();
        return services;
    }

    /// <summary>What consumers may call without paying.</summary>
    public static void MapControl(this IEndpointRouteBuilder endpoints)
    {
        ChannelStateService.Map(endpoints);
        HeartbeatEndpoint.Map(endpoints);
        endpoints.MapGrpcReflection(ActivatorUtilities.CreateInstance<GatewayReflection>(endpoints.ServiceProvider).FindAsync);
        endpoints.MapGrpcHealth(endpoints.ServiceProvider.GetRequiredService<HealthRegistry>());
    }
}
