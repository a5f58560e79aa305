using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// Defaults of clusters of gRPC services and programs: HTTP/2 without negotiation. And of every kind: no activity timeout, because a stream
/// may be silent and each call has a clock (rule 24). Configured values are kept.
/// </summary>
internal sealed class GrpcClusterDefaults : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
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

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => new(route);
}
