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
            string daemonId = DaemonId.Of(group.OrganizationId, service.ServiceId, group.GroupId, DaemonId.RegistryOf(options.Chain.ChainId));
            return new HeartbeatTarget(name, service.ServiceId, daemonId, service.Hosts, ServiceRoutes.ClustersOf(name, routes), service.Heartbeat);
        }),
    ]);
}
