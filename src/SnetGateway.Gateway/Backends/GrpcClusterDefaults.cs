using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// What a cluster of gRPC services or of programs needs and its configuration need not say: HTTP/2 without negotiation, and no activity
/// timeout, because a stream may be silent for as long as it likes, and a call has clocks of its own. The latter holds for services of every
/// kind. What is configured stays.
/// </summary>
internal sealed class GrpcClusterDefaults : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
        ForwarderRequestConfig request = cluster.HttpRequest ?? ForwarderRequestConfig.Empty;
        if (BackendKind.Of(cluster.Metadata) is not (BackendKind.Grpc or BackendKind.Process))
        {
            return new ValueTask<ClusterConfig>(cluster with { HttpRequest = request with { ActivityTimeout = request.ActivityTimeout ?? Timeout.InfiniteTimeSpan } });
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
