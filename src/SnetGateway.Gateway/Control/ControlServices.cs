using Microsoft.Extensions.DependencyInjection.Extensions;
using SnetGateway.Grpc.Health;

namespace SnetGateway.Gateway.Control;

/// <summary>The gateway's own gRPC services.</summary>
internal static class ControlServices
{
    public static IServiceCollection AddControl(this IServiceCollection services)
    {
        services.TryAddSingleton<HealthRegistry>();
        services.AddHostedService<HealthFeed>();
        return services;
    }

    /// <summary>What consumers may call without paying.</summary>
    public static void MapControl(this IEndpointRouteBuilder endpoints)
    {
        ChannelStateService.Map(endpoints);
        endpoints.MapGrpcHealth(endpoints.ServiceProvider.GetRequiredService<HealthRegistry>());
    }
}
