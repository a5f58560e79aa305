using System.Net;
using SnetGateway.Gateway.Health;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// What YARP's active health checks ask. Services that speak gRPC: gRPC health; a cluster's `HealthCheck:Active:Path` is the name of the
/// service asked for, and unset, the whole server is. Services that speak HTTP: that path with `HealthCheck:Active:Query`, with GET.
/// </summary>
internal sealed class HealthProbeRequests : IProbingRequestFactory
{
    public HttpRequestMessage CreateRequest(ClusterModel cluster, DestinationModel destination)
    {
        string address = string.IsNullOrEmpty(destination.Config.Health) ? destination.Config.Address : destination.Config.Health;
        string path = cluster.Config.HealthCheck?.Active?.Path?.TrimStart('/') ?? string.Empty;
        return BackendKind.Of(cluster.Config.Metadata) is BackendKind.JsonRpc or BackendKind.Http
            ? new HttpRequestMessage(HttpMethod.Get, $"{address.TrimEnd('/')}/{path}{cluster.Config.HealthCheck?.Active?.Query}")
            {
                Version = cluster.Config.HttpRequest?.Version ?? HttpVersion.Version11,
                VersionPolicy = cluster.Config.HttpRequest?.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower,
            }
            : HealthProbe.CreateRequest(new Uri(address), path);
    }
}
