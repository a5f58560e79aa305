using Microsoft.Extensions.DependencyInjection.Extensions;
using Grpc.Reflection.V1;
using SnetGateway.Gateway.Heartbeats;

namespace SnetGateway.Gateway.Control;

/// <summary>The gateway's own gRPC services.</summary>
internal static class ControlServices
{
    public static IServiceCollection AddControl(this IServiceCollection services)
    {
        services.AddOwnServices();
        services.TryAddSingleton<GatewayHealth>();
        services.AddHostedService<HealthFeed>();
        services.TryAddSingleton<HeartbeatCheck>();
        services.AddHostedService<HeartbeatStart>();
        return services;
    }

    /// <summary>What consumers may call without paying.</summary>
    public static void MapControl(this IEndpointRouteBuilder endpoints)
    {
        IServiceProvider provider = endpoints.ServiceProvider;
        var states = ActivatorUtilities.CreateInstance<ChannelStateService>(provider);
        var reflection = ActivatorUtilities.CreateInstance<GatewayReflection>(provider);
        endpoints.MapOwnService(binder => PaymentChannelStateService.BindService(binder, states));
        endpoints.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, provider.GetRequiredService<GatewayHealth>()));
        endpoints.MapOwnService(binder => ServerReflection.BindService(binder, reflection));
        endpoints.MapOwnService(binder => ServerReflection.BindService(binder, reflection), GatewayReflection.AlphaName);
        HeartbeatEndpoint.Map(endpoints);
    }
}
