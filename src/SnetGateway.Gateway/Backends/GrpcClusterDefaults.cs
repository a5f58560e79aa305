using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// Defaults of clusters of gRPC services and programs: HTTP/2 without negotiation. And of every kind: no activity timeout, because a stream
/// may be silent and each call has a clock (rule 24), and passive health checks where there is a choice. Configured values are kept.
/// </summary>
internal sealed class GrpcClusterDefaults : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
        if (cluster.Destinations is { Count: > 1 } && cluster.HealthCheck?.Passive?.Enabled is null)
        {
            cluster = WithPassiveChecks(cluster);
        }

        ForwarderRequestConfig request = cluster.HttpRequest ?? ForwarderRequestConfig.Empty;
        if (BackendKind.Of(cluster.Metadata) is not (BackendKind.Grpc or BackendKind.Process))
        {
            return new ValueTask<ClusterConfig>(
                cluster with { HttpRequest = request with { ActivityTimeout = request.ActivityTimeout ?? Timeout.InfiniteTimeSpan } });
        }

        return new ValueTask<ClusterConfig>(cluster with
        {
            HttpRequest = request with
            {
                Version = request.Version ?? HttpVersion.Version20,
                VersionPolicy = request.VersionPolicy ?? HttpVersionPolicy.RequestVersionExact,
                ActivityTimeout = request.ActivityTimeout ?? Timeout.InfiniteTimeSpan,
            },
        });
    }

    private static ClusterConfig WithPassiveChecks(ClusterConfig cluster)
    {
        HealthCheckConfig health = cluster.HealthCheck ?? new HealthCheckConfig();
        PassiveHealthCheckConfig passive = health.Passive ?? new PassiveHealthCheckConfig();
        return cluster with
        {
            HealthCheck = health with
            {
                Passive = passive with
                {
                    Enabled = true,
                    Policy = string.IsNullOrEmpty(passive.Policy) ? UnreachableInstances.PolicyName : passive.Policy,
                },
            },
        };
    }

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => new(route);
}
