using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Health.Heartbeats;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Catalog;

/// <summary>Everything of the configuration that can change live, as one: services with their prices, routes, clusters.</summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "A source without a timer holds nothing to dispose, and its token outlives the snapshot.")]
internal sealed class GatewaySnapshot : IProxyConfig
{
    private readonly CancellationTokenSource _superseded = new();

    public GatewaySnapshot(
        ServiceCatalog catalog, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, ClusterBackends? backends = null,
        HeartbeatTargets? heartbeats = null, FreeCallTargets? freeCalls = null,
        TrainingTargets? training = null)
    {
        Catalog = catalog;
        Routes = routes;
        Clusters = clusters;
        Backends = backends ?? ClusterBackends.None;
        Heartbeats = heartbeats ?? HeartbeatTargets.Empty;
        FreeCalls = freeCalls ?? FreeCallTargets.Empty;
        Training = training ?? TrainingTargets.Empty;
        ChangeToken = new CancellationChangeToken(_superseded.Token);
    }

    public ServiceCatalog Catalog { get; }

    public IReadOnlyList<RouteConfig> Routes { get; }

    public IReadOnlyList<ClusterConfig> Clusters { get; }

    /// <summary>The translated services of clusters.</summary>
    public ClusterBackends Backends { get; }

    /// <summary>How the health of each service is checked for its heartbeat.</summary>
    public HeartbeatTargets Heartbeats { get; }

    /// <summary>How the free-call methods are answered at each host.</summary>
    public FreeCallTargets FreeCalls { get; }

    /// <summary>The services whose users train models.</summary>
    public TrainingTargets Training { get; }

    public IChangeToken ChangeToken { get; }

    /// <summary>Notifies the proxy that a newer snapshot is in force.</summary>
    public void Supersede() => _superseded.Cancel();
}
