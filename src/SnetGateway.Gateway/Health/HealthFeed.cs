using System.Runtime.CompilerServices;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Pauses;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Health;

/// <summary>
/// Publishes the status of each service to gRPC health. The empty name is the whole gateway, as `/readyz`, and so is its channel state
/// service. A service behind it has two names, the full gRPC name of its routes and its id in the Registry: it serves while the gateway is
/// ready, the service is not paused, and one of its instances is not known to be unhealthy.
/// </summary>
internal sealed class HealthFeed(
    GatewayHealth health,
    Readiness readiness,
    IProxyStateLookup proxy,
    IHeartbeatTargets targets,
    PauseSwitch pauses,
    TimeProvider time,
    ILogger<HealthFeed> logger) : BackgroundService
{
    private const string ChannelStates = "escrow.PaymentChannelStateService";

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_untilReady = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, Status> _published = new(StringComparer.Ordinal);
    private int? _evaluated;
    private bool _isFailing;

    /// <summary>The name in front of a route's method: `/package.Service/{method}`. Null where the path leaves it open.</summary>
    internal static string? NameOf(string? path)
    {
        string? first = path?.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return first is null || first.Contains('{', StringComparison.Ordinal) ? null : first;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        do
        {
            Update();
            timer.Period = readiness.Problems().Count == 0 ? s_interval : s_untilReady;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>
    /// Runs once a second, more often until the gateway is ready, and evaluates only if something has changed: with hundreds of services it
    /// would be most of what an idle gateway does. A failure leaves the last status in effect and must not end the gateway.
    /// </summary>
    private void Update()
    {
        try
        {
            bool isReady = readiness.Problems().Count == 0;
            int inputs = Inputs(isReady);
            if (inputs == _evaluated)
            {
                return;
            }

            Publish(Evaluate(isReady));
            _evaluated = inputs;
            _isFailing = false;
        }
        catch (Exception exception)
        {
            if (!_isFailing)
            {
                _isFailing = true;
                HealthLog.HealthNotEvaluated(logger, exception);
            }
        }
    }

    /// <summary>A hash of everything that <see cref="Evaluate"/> reads.</summary>
    private int Inputs(bool isReady)
    {
        var hash = new HashCode();
        hash.Add(isReady);
        hash.Add(RuntimeHelpers.GetHashCode(targets.Heartbeats));
        hash.Add(RuntimeHelpers.GetHashCode(pauses.Current));
        foreach (RouteModel route in proxy.GetRoutes())
        {
            hash.Add(RuntimeHelpers.GetHashCode(route));
        }

        foreach (ClusterState cluster in proxy.GetClusters())
        {
            hash.Add(RuntimeHelpers.GetHashCode(cluster));
            foreach ((_, DestinationState instance) in cluster.Destinations)
            {
                hash.Add(RuntimeHelpers.GetHashCode(instance));
                hash.Add(((int)instance.Health.Active * 4) + (int)instance.Health.Passive);
            }
        }

        return hash.ToHashCode();
    }

    private Dictionary<string, Status> Evaluate(bool isReady)
    {
        Dictionary<string, Status> statuses = new(StringComparer.Ordinal);
        foreach (RouteModel route in proxy.GetRoutes())
        {
            if (NameOf(route.Config.Match.Path) is { } name)
            {
                bool isPaused = route.Config.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) is { } service
                    && pauses.Current.Covers(service);
                Add(statuses, name, isReady && !isPaused && Serves(route.Cluster));
            }
        }

        foreach (HeartbeatTarget service in targets.Heartbeats.All)
        {
            bool serves = service.Clusters.Any(id => proxy.TryGetCluster(id, out ClusterState? cluster) && Serves(cluster));
            Add(statuses, service.ServiceId, isReady && serves && !pauses.Current.Covers(service.Name));
        }

        // Last, so that no service can speak for the gateway.
        statuses[string.Empty] = statuses[ChannelStates] = isReady ? Status.Serving : Status.NotServing;
        return statuses;
    }

    /// <summary>Where several routes or services have one name, it serves while one of them does.</summary>
    private static void Add(Dictionary<string, Status> statuses, string name, bool serves)
    {
        if (serves || !statuses.ContainsKey(name))
        {
            statuses[name] = serves ? Status.Serving : Status.NotServing;
        }
    }

    /// <summary>Whether one of its instances is not known to be unhealthy.</summary>
    internal static bool Serves(ClusterState? cluster) => cluster is not null && cluster.Destinations.Values.Any(Serves);

    /// <summary>Whether it is not known to be unhealthy.</summary>
    internal static bool Serves(DestinationState instance) =>
        instance.Health.Active != DestinationHealth.Unhealthy && instance.Health.Passive != DestinationHealth.Unhealthy;

    private void Publish(Dictionary<string, Status> statuses)
    {
        foreach (string gone in _published.Keys.Where(name => !statuses.ContainsKey(name)).ToArray())
        {
            health.ClearStatus(gone);
            _published.Remove(gone);
        }

        foreach ((string name, Status status) in statuses)
        {
            if (!_published.TryGetValue(name, out Status last) || last != status)
            {
                health.SetStatus(name, status);
                _published[name] = status;
            }
        }
    }
}
