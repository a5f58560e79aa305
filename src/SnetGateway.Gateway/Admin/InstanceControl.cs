using SnetGateway.Gateway.Instances;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Admin;

/// <summary>Drains instances and changes their weights, in this process and until it ends.</summary>
internal sealed class InstanceControl(InstanceOverrides overrides, IProxyStateLookup proxy, IClusterDestinationsUpdater updater)
{
    private readonly Lock _gate = new();

    /// <summary>Does what a request says. Returns the problem; null if it was done.</summary>
    public string? Apply(InstanceRequest request)
    {
        if (!proxy.TryGetCluster(request.Cluster, out ClusterState? cluster)
            || !cluster.Destinations.TryGetValue(request.Instance, out DestinationState? instance))
        {
            return "there is no such instance";
        }

        if (request.Weight is < 0 or > WeightedPolicy.MaxWeight)
        {
            return $"a weight is a whole number from 0 to {WeightedPolicy.MaxWeight}";
        }

        if (request.Weight is not null && cluster.Model.Config.LoadBalancingPolicy != WeightedPolicy.PolicyName)
        {
            return $"the cluster has no weights: write \"LoadBalancingPolicy\": \"{WeightedPolicy.PolicyName}\" in its configuration";
        }

        lock (_gate)
        {
            InstanceOverride before = overrides.Of(instance);
            overrides.Set(instance, new InstanceOverride(
                request.Drained ?? before.IsDrained, request.ResetWeight ? null : request.Weight ?? before.Weight));
        }

        updater.UpdateAvailableDestinations(cluster);
        return null;
    }
}

/// <summary>A change of an instance. A value that is left out stays.</summary>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="Instance">Its name in the cluster.</param>
/// <param name="Drained">Whether it gets no new calls.</param>
/// <param name="Weight">Its weight in place of the configured one, 0 to 1,000,000.</param>
/// <param name="ResetWeight">Whether the configured weight is in force again.</param>
internal sealed record InstanceRequest(
    string Cluster, string Instance, bool? Drained = null, int? Weight = null, bool ResetWeight = false);
