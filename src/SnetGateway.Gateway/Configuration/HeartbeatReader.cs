using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.Routes;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Builds the heartbeats from validated options.</summary>
internal static class HeartbeatReader
{
    public static HeartbeatTargets Read(GatewayOptions options, IReadOnlyList<RouteConfig> routes) => new(
    [
        .. options.Services.Select(pair =>
        {
            (string name, ServiceOptions service) = pair;
            GroupOptions group = options.Groups[service.Group];
            string registry = DaemonId.RegistryOf(options.Chain.ChainId);
            string daemonId = DaemonId.Of(group.OrganizationId, service.ServiceId, group.GroupId, registry);
            string[] clusters = ServiceRoutes.ClustersOf(name, routes);
            return new HeartbeatTarget(name, service.ServiceId, daemonId, service.Hosts, clusters, service.Heartbeat);
        }),
    ]);
}
