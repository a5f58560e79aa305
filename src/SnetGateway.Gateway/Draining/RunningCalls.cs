using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using SnetGateway.Gateway.PaidCalls;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Draining;

/// <summary>
/// Counts the calls that run on services, and those on instances that have left the configuration, which are not cut off.
/// </summary>
internal sealed class RunningCalls : IClusterChangeListener, IDisposable
{
    private readonly Lazy<IProxyStateLookup> _proxy;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Meter _meter;
    private readonly ConcurrentDictionary<string, IReadOnlyList<DestinationState>> _instances = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<DestinationState, Leaving> _leaving = new();

    public RunningCalls(IServiceProvider services, TimeProvider time, IMeterFactory meters, ILogger<RunningCalls> logger)
    {
        _proxy = new(services.GetRequiredService<IProxyStateLookup>); // the proxy is created with its listeners, and this is one of them
        (_time, _logger) = (time, logger);
        _meter = meters.Create(PaidCallMetrics.MeterName);
        _meter.CreateObservableGauge("snet_gateway.running_calls", () => Count, "{call}", "Calls that run on services now.");
        _meter.CreateObservableGauge(
            "snet_gateway.draining_calls", () => LeavingCount, "{call}", "Calls that run on instances that have left the configuration.");
    }

    /// <summary>Calls run on an instance that has just left the configuration.</summary>
    public event Action? InstanceLeft;

    /// <summary>All running calls, on configured instances and on others.</summary>
    public long Count => LeavingCount + _proxy.Value.GetClusters().SelectMany(cluster => cluster.Destinations.Values).Sum(CallsOn);

    /// <summary>Running calls on instances that have left the configuration.</summary>
    public long LeavingCount => _leaving.Keys.Sum(CallsOn);

    public void OnClusterAdded(ClusterState cluster) => _instances[cluster.ClusterId] = [.. cluster.Destinations.Values];

    public void OnClusterChanged(ClusterState cluster)
    {
        IReadOnlyList<DestinationState> before = _instances.GetValueOrDefault(cluster.ClusterId, []);
        OnClusterAdded(cluster);
        Leave(cluster.ClusterId, before.Except(_instances[cluster.ClusterId]));
    }

    public void OnClusterRemoved(ClusterState cluster)
    {
        if (_instances.TryRemove(cluster.ClusterId, out IReadOnlyList<DestinationState>? before))
        {
            Leave(cluster.ClusterId, before);
        }
    }

    /// <summary>Forgets instances whose last call has ended, and logs it. False when none is left.</summary>
    public bool ReportDrained()
    {
        foreach ((DestinationState instance, Leaving leaving) in _leaving)
        {
            if (instance.ConcurrentRequestCount == 0 && _leaving.TryRemove(instance, out _))
            {
                TimeSpan after = _time.GetElapsedTime(leaving.Since);
                DrainLog.InstanceDrained(_logger, instance.DestinationId, leaving.Cluster, after);
            }
        }

        return !_leaving.IsEmpty;
    }

    public void Dispose() => _meter.Dispose();

    private static long CallsOn(DestinationState instance) => instance.ConcurrentRequestCount;

    private void Leave(string cluster, IEnumerable<DestinationState> instances)
    {
        foreach (DestinationState instance in instances)
        {
            int running = instance.ConcurrentRequestCount;
            DrainLog.InstanceRemoved(_logger, instance.DestinationId, cluster, running);
            if (running > 0)
            {
                _leaving[instance] = new Leaving(cluster, _time.GetTimestamp());
                InstanceLeft?.Invoke();
            }
        }
    }

    private sealed record Leaving(string Cluster, long Since);
}
