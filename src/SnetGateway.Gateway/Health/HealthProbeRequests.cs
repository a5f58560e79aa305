using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Health;

/// <summary>
/// Makes YARP's active health checks gRPC health probes. A cluster's `HealthCheck:Active:Path` is the name of the service asked for; unset, the
/// whole server is.
/// </summary>
internal sealed class HealthProbeRequests : IProbingRequestFactory
{
    public HttpRequestMessage CreateRequest(ClusterModel cluster, DestinationModel destination)
    {
        string address = string.IsNullOrEmpty(destination.Config.Health) ? destination.Config.Address : destination.Config.Health;
        string service = cluster.Config.HealthCheck?.Active?.Path?.TrimStart('/') ?? string.Empty;
        return HealthProbe.CreateRequest(new Uri(address), service);
    }
}
