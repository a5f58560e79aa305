using System.Text.Json.Serialization;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.Instances;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Pricing;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Admin;

/// <summary>Reads the services with their states, and their instances with their health.</summary>
internal sealed class ServiceReader(
    LiveSnapshot live, IProxyStateLookup proxy, PauseSwitch pauses, InstanceOverrides overrides, Readiness readiness)
{
    public IReadOnlyList<ServiceView> Services()
    {
        GatewaySnapshot snapshot = live.Current;
        bool isReady = readiness.Problems().Count == 0;
        return [.. snapshot.Heartbeats.All.OrderBy(service => service.Name, StringComparer.Ordinal).Select(
            service => View(service, snapshot.Catalog.Find(service.Name), isReady))];
    }

    /// <summary>The instances of all clusters, also of those that no paid service uses.</summary>
    public IReadOnlyList<InstanceView> Instances() =>
        [.. proxy.GetClusters().OrderBy(cluster => cluster.ClusterId, StringComparer.Ordinal).SelectMany(InstancesOf)];

    private ServiceView View(HeartbeatTarget service, PaidService? paid, bool isReady)
    {
        ClusterState[] clusters =
            [.. service.Clusters.Select(id => proxy.TryGetCluster(id, out ClusterState? cluster) ? cluster : null).OfType<ClusterState>()];
        InstanceView[] instances = [.. clusters.SelectMany(InstancesOf)];
        bool isChecked = clusters.Any(cluster => cluster.Model.Config.HealthCheck?.Active?.Enabled == true);
        ServiceState state =
            instances.Length == 0 ? ServiceState.Error
            : instances.All(one => one.IsDrained || one.Health == nameof(DestinationHealth.Unhealthy)) ? ServiceState.Down
            : isChecked && instances.All(one => one.Health != nameof(DestinationHealth.Healthy)) ? ServiceState.Init
            : isReady ? ServiceState.Up
            : readiness.HasBeenReady ? ServiceState.Error
            : ServiceState.Starting;
        return new ServiceView(
            service.Name, paid?.Group.OrganizationId, service.ServiceId, state, pauses.Current.Covers(service.Name), service.Hosts,
            instances.Sum(one => one.RunningCalls), instances);
    }

    private IEnumerable<InstanceView> InstancesOf(ClusterState cluster) => cluster.Destinations.Values
        .OrderBy(one => one.DestinationId, StringComparer.Ordinal)
        .Select(one => new InstanceView(
            cluster.ClusterId, one.DestinationId, ShownValue.Of(one.Model.Config.Address), HealthOf(one),
            one.Health.Active.ToString(), one.Health.Passive.ToString(), one.ConcurrentRequestCount, overrides.Of(one).IsDrained,
            cluster.Model.Config.LoadBalancingPolicy == WeightedPolicy.PolicyName ? WeightedPolicy.WeightOf(one, overrides) : null));

    private static string HealthOf(DestinationState instance) =>
        (instance.Health.Active, instance.Health.Passive) switch
        {
            (DestinationHealth.Unhealthy, _) or (_, DestinationHealth.Unhealthy) => nameof(DestinationHealth.Unhealthy),
            (DestinationHealth.Healthy, _) or (_, DestinationHealth.Healthy) => nameof(DestinationHealth.Healthy),
            _ => nameof(DestinationHealth.Unknown),
        };
}

/// <summary>The states of a service.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ServiceState>))]
internal enum ServiceState
{
    /// <summary>Its instances are not checked yet.</summary>
    [JsonStringEnumMemberName("INIT")]
    Init,

    /// <summary>The gateway has started and is not ready yet.</summary>
    [JsonStringEnumMemberName("STARTING")]
    Starting,

    /// <summary>Calls are served.</summary>
    [JsonStringEnumMemberName("UP")]
    Up,

    /// <summary>None of its instances gets calls.</summary>
    [JsonStringEnumMemberName("DOWN")]
    Down,

    /// <summary>The gateway cannot serve paid calls now, or the service has no instance.</summary>
    [JsonStringEnumMemberName("ERROR")]
    Error,
}

/// <summary>A paid service.</summary>
/// <param name="Name">Its configured name.</param>
/// <param name="Organization">The organisation's id in the Registry.</param>
/// <param name="ServiceId">Its id in the Registry.</param>
/// <param name="State">Whether its calls can be served.</param>
/// <param name="IsPaused">Whether the operator has paused it.</param>
/// <param name="Hosts">Its hosts; empty for any.</param>
/// <param name="RunningCalls">Calls that run on its instances.</param>
/// <param name="Instances">Its instances.</param>
internal sealed record ServiceView(
    string Name, string? Organization, string ServiceId, ServiceState State, bool IsPaused, IReadOnlyList<string> Hosts, int RunningCalls,
    IReadOnlyList<InstanceView> Instances);

/// <summary>An instance of a service.</summary>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="Name">Its name in the cluster.</param>
/// <param name="Address">Where it is, without secrets.</param>
/// <param name="Health">`Unhealthy` where one of the checks says so, `Healthy` where one does, otherwise `Unknown`.</param>
/// <param name="Active">What the gateway's probes say.</param>
/// <param name="Passive">What its calls say.</param>
/// <param name="RunningCalls">Calls that run on it.</param>
/// <param name="IsDrained">Whether the operator has taken it out: it gets no new calls.</param>
/// <param name="Weight">Its share of the calls; null where the cluster has no weights.</param>
internal sealed record InstanceView(
    string Cluster, string Name, string Address, string Health, string Active, string Passive, int RunningCalls,
    bool IsDrained, int? Weight);
