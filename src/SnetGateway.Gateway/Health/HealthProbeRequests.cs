using System.Net;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Backends;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Health;

/// <summary>
/// The requests of YARP's active health checks. For gRPC services: gRPC health, with the service name in the cluster's
/// `HealthCheck:Active:Path`, or the whole server without one. For HTTP services: GET of that path with `HealthCheck:Active:Query`.
/// </summary>
internal sealed class HealthProbeRequests(IOptionsMonitor<BackendOptions> options) : IProbingRequestFactory
{
    public HttpRequestMessage CreateRequest(ClusterModel cluster, DestinationModel destination)
    {
        string address = AddressOf(destination);
        string path = cluster.Config.HealthCheck?.Active?.Path?.TrimStart('/') ?? string.Empty;
        return BackendKind.Of(cluster.Config.Metadata) is BackendKind.JsonRpc or BackendKind.Http
            ? new HttpRequestMessage(HttpMethod.Get, $"{address.TrimEnd('/')}/{path}{cluster.Config.HealthCheck?.Active?.Query}")
            {
                Version = cluster.Config.HttpRequest?.Version ?? HttpVersion.Version11,
                VersionPolicy = cluster.Config.HttpRequest?.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower,
            }
            : HealthProbe.CreateRequest(new Uri(address), path, options.CurrentValue.MissingHealthServiceIsHealthy);
    }

    /// <summary>Where an instance is probed: at its own address, unless the configuration has another for that.</summary>
    public static string AddressOf(DestinationModel instance) =>
        string.IsNullOrEmpty(instance.Config.Health) ? instance.Config.Address : instance.Config.Health;
}
