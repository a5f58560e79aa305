using SnetGateway.Gateway.Heartbeats;
using SnetGateway.Gateway.PaidCalls;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Makes the heartbeats of a configuration that was found right.</summary>
internal static class HeartbeatReader
{
    public static HeartbeatTargets Read(GatewayOptions options, IReadOnlyList<RouteConfig> routes) => new(
        [.. options.Services.Select(service => Read(service.Key, service.Value, options, routes))]);

    private static HeartbeatTarget Read(string name, ServiceOptions service, GatewayOptions options, IReadOnlyList<RouteConfig> routes)
    {
        GroupOptions group = options.Groups[service.Group];
        return new HeartbeatTarget(
            name,
            service.ServiceId,
            DaemonId.Of(group.OrganizationId, service.ServiceId, group.GroupId, DaemonId.RegistryOf(options.Chain.ChainId)),
            service.Hosts,
            ClustersOf(name, routes),
            service.Heartbeat);
    }

    /// <summary>Where the routes of a service lead.</summary>
    public static string[] ClustersOf(string service, IReadOnlyList<RouteConfig> routes) =>
    [
        .. routes
            .Where(route => route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) == service)
            .Select(route => route.ClusterId)
            .OfType<string>()
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];
}
