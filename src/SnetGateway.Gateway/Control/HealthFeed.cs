using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Heartbeats;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// Publishes the status of each service to gRPC health. The empty name is the whole gateway, as `/readyz`, and so are its own services. A
/// service behind it has two names, the full gRPC name of its routes and its id in the Registry: it serves while the gateway is ready and
/// one of its instances is not known to be unhealthy.
/// </summary>
internal sealed class HealthFeed(
    GatewayHealth health, Readiness readiness, IProxyStateLookup proxy, IHeartbeatTargets targets, TimeProvider time, ILogger<HealthFeed> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, Status> _told = new(StringComparer.Ordinal);
    private bool _hasFailed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                LookAndTell();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Watching clients get the shutdown before their connection ends.
            Tell(_told.Keys.ToDictionary(name => name, _ => Status.NotServing));
        }
    }

    /// <summary>Evaluated four times a second. A failure leaves the last status in effect and must not end the gateway.</summary>
    private void LookAndTell()
    {
        try
        {
            Tell(Look());
            _hasFailed = false;
        }
        catch (Exception exception)
        {
            if (!_hasFailed)
            {
                _hasFailed = true;
                ControlLog.HealthNotEvaluated(logger, exception);
            }
        }
    }

    /// <summary>The name in front of a route's method: `/package.Service/{method}`. Null where the path leaves it open.</summary>
    internal static string? NameOf(string? path)
    {
        string? first = path?.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return first is null || first.Contains('{', StringComparison.Ordinal) ? null : first;
    }

    private Dictionary<string, Status> Look()
    {
        bool isReady = readiness.Problems().Count == 0;
        Dictionary<string, Status> seen = new(StringComparer.Ordinal);
        foreach (RouteModel route in proxy.GetRoutes())
        {
            if (NameOf(route.Config.Match.Path) is { } name)
            {
                Add(seen, name, isReady && Serves(route.Cluster));
            }
        }

        foreach (HeartbeatTarget service in targets.Heartbeats.All)
        {
            Add(seen, service.ServiceId, isReady && service.Clusters.Any(id => proxy.TryGetCluster(id, out ClusterState? cluster) && Serves(cluster)));
        }

        // Last, so that no service can speak for the gateway.
        seen[string.Empty] = seen[ChannelStateService.Name] = isReady ? Status.Serving : Status.NotServing;
        return seen;
    }

    /// <summary>Where several routes or services have one name, it serves while one of them does.</summary>
    private static void Add(Dictionary<string, Status> seen, string name, bool serves)
    {
        if (serves || !seen.ContainsKey(name))
        {
            seen[name] = serves ? Status.Serving : Status.NotServing;
        }
    }

    private static bool Serves(ClusterState? cluster) => cluster is not null && cluster.Destinations.Values.Any(
        instance => instance.Health.Active != DestinationHealth.Unhealthy && instance.Health.Passive != DestinationHealth.Unhealthy);

    private void Tell(Dictionary<string, Status> seen)
    {
        foreach (string gone in _told.Keys.Where(name => !seen.ContainsKey(name)).ToArray())
        {
            health.ClearStatus(gone);
            _told.Remove(gone);
        }

        foreach ((string name, Status status) in seen)
        {
            if (!_told.TryGetValue(name, out Status told) || told != status)
            {
                health.SetStatus(name, status);
                _told[name] = status;
            }
        }
    }
}
