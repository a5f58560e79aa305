using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Pauses;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Health;

/// <summary>
/// Publishes the status of each service to gRPC health. The empty name is the whole gateway, as `/readyz`, and so is its channel state
/// service. A service behind it has two names, the full gRPC name of its routes and its id in the Registry: it serves while the gateway is
/// ready, the service is not paused, one of its instances is not known to be unhealthy, and its heartbeat does not fail. A service that
/// nothing checks is UNKNOWN: health must not claim what nothing has checked.
/// </summary>
internal sealed class HealthFeed(
    GatewayHealth health,
    Readiness readiness,
    IProxyStateLookup proxy,
    IHeartbeatTargets targets,
    HeartbeatCheck heartbeats,
    IOptionsMonitor<BackendOptions> backends,
    PauseSwitch pauses,
    CommonTimer timers,
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
        using PeriodicTimer timer = timers.Every(s_interval);
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
        hash.Add(backends.CurrentValue.UncheckedServicesAreServing);
        foreach (HeartbeatTarget service in targets.Heartbeats.All)
        {
            hash.Add((int)heartbeats.LastOf(service));
        }

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
        var byName = targets.Heartbeats.All.ToDictionary(service => service.Name, StringComparer.Ordinal);
        foreach (RouteModel route in proxy.GetRoutes())
        {
            if (NameOf(route.Config.Match.Path) is { } name)
            {
                string? paid = route.Config.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey);
                HeartbeatTarget? service = paid is null ? null : byName.GetValueOrDefault(paid);
                bool isPaused = paid is not null && pauses.Current.Covers(paid);
                Add(statuses, name, isReady && !isPaused ? StatusOf(service, route.Cluster is { } one ? [one] : []) : Status.NotServing);
            }
        }

        foreach (HeartbeatTarget service in targets.Heartbeats.All)
        {
            ClusterState[] clusters =
                [.. service.Clusters.Select(id => proxy.TryGetCluster(id, out ClusterState? one) ? one : null).OfType<ClusterState>()];
            bool isPaused = pauses.Current.Covers(service.Name);
            Add(statuses, service.ServiceId, isReady && !isPaused ? StatusOf(service, clusters) : Status.NotServing);
        }

        // Last, so that no service can speak for the gateway.
        statuses[string.Empty] = statuses[ChannelStates] = isReady ? Status.Serving : Status.NotServing;
        return statuses;
    }

    /// <summary>What its probes and its heartbeat say of a service, or of a route that belongs to none.</summary>
    private Status StatusOf(HeartbeatTarget? service, IReadOnlyList<ClusterState> clusters)
    {
        Status heartbeat = service is null ? Status.Unknown : heartbeats.LastOf(service);
        if (heartbeat == Status.NotServing || !clusters.Any(Serves))
        {
            return Status.NotServing;
        }

        bool isChecked = heartbeat == Status.Serving || clusters.Any(IsProbed) || backends.CurrentValue.UncheckedServicesAreServing;
        return isChecked ? Status.Serving : Status.Unknown;
    }

    /// <summary>Whether a probe of one of its instances has succeeded.</summary>
    private static bool IsProbed(ClusterState cluster) => cluster.Model.Config.HealthCheck?.Active?.Enabled == true
        && cluster.Destinations.Values.Any(instance => instance.Health.Active == DestinationHealth.Healthy && Serves(instance));

    /// <summary>Where several routes or services have one name, the best of their statuses is its own.</summary>
    private static void Add(Dictionary<string, Status> statuses, string name, Status status)
    {
        if (!statuses.TryGetValue(name, out Status other) || RankOf(status) > RankOf(other))
        {
            statuses[name] = status;
        }
    }

    private static int RankOf(Status status) => status switch
    {
        Status.Serving => 2,
        Status.Unknown => 1,
        _ => 0,
    };

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
