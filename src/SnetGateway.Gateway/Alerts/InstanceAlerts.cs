using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Health.Heartbeats;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Alerts;

/// <summary>Services without an instance that serves, instances that do not serve, and those whose health changes often.</summary>
internal sealed class InstanceAlerts(IProxyStateLookup proxy, IHeartbeatTargets services, TimeProvider time) : IAlertSource
{
    internal static readonly TimeSpan FlappingTime = TimeSpan.FromMinutes(10);

    private Dictionary<string, Instance> _instances = new(StringComparer.Ordinal);

    public IEnumerable<AlertProblem> Find(AlertOptions options)
    {
        var problems = new List<AlertProblem>();
        foreach (HeartbeatTarget service in services.Heartbeats.All.Where(service => service.Clusters.Count > 0))
        {
            if (!service.Clusters.Any(id => proxy.TryGetCluster(id, out ClusterState? cluster) && HealthFeed.Serves(cluster)))
            {
                problems.Add(new AlertProblem(AlertRule.ServiceDown, service.Name, $"No instance of service {service.Name} is healthy.")
                {
                    DaemonId = service.DaemonId,
                });
            }
        }

        long now = time.GetTimestamp();
        var instances = new Dictionary<string, Instance>(StringComparer.Ordinal);
        foreach (ClusterState cluster in proxy.GetClusters())
        {
            foreach ((string id, DestinationState state) in cluster.Destinations)
            {
                string name = $"{cluster.ClusterId}/{id}";
                bool serves = HealthFeed.Serves(state);
                Instance instance = _instances.GetValueOrDefault(name) ?? new Instance(serves);
                instances.Add(name, instance);
                if (!serves)
                {
                    problems.Add(new AlertProblem(AlertRule.InstanceDown, name, $"Instance {name} is not healthy."));
                }

                if (instance.Changes(serves, now, time) is var changes && changes >= options.FlappingChanges)
                {
                    problems.Add(new AlertProblem(
                        AlertRule.InstanceFlapping, name, $"The health of instance {name} changed {changes} times in 10 minutes.")
                    {
                        IsCount = true,
                    });
                }
            }
        }

        _instances = instances;
        return problems;
    }

    private sealed class Instance(bool serves)
    {
        private readonly Queue<long> _changes = new();
        private bool _serves = serves;

        /// <summary>Changes of its health within the time, each seen between two evaluations.</summary>
        public int Changes(bool serves, long now, TimeProvider time)
        {
            if (serves != _serves)
            {
                _serves = serves;
                _changes.Enqueue(now);
            }

            while (_changes.TryPeek(out long oldest) && time.GetElapsedTime(oldest, now) >= FlappingTime)
            {
                _changes.Dequeue();
            }

            return _changes.Count;
        }
    }
}
