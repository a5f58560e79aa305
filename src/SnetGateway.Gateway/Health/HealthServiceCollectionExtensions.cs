using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.Hosting;
using Yarp.ReverseProxy.Health;

namespace SnetGateway.Gateway.Health;

internal static class HealthServiceCollectionExtensions
{
    /// <summary>Everything that answers "does it work?": the README of the project has a table of who answers what.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddClock();

        // The gateway itself: /livez, /readyz.
        services.AddSingleton<Readiness>();
        services.AddSingleton<LedgerHealth>();
        services.AddHostedService(provider => provider.GetRequiredService<LedgerHealth>());

        // The services behind it: YARP's active checks, gRPC health, /heartbeat.
        services.AddSingleton<IProbingRequestFactory, HealthProbeRequests>();
        services.AddSingleton<GatewayHealth>();
        services.AddHostedService<HealthFeed>();
        services.AddSingleton<HeartbeatCheck>();
        services.AddHostedService<HeartbeatWatch>();
        return services;
    }
}
