using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// The passive health check of clusters with several instances: one to which no connection can be opened gets no calls for
/// `HealthCheck:Passive:ReactivationPeriod`, while others remain. YARP's own policy also counts calls that the service reset, so clients
/// could have healthy instances removed.
/// </summary>
internal sealed class UnreachableInstances(IDestinationHealthUpdater health, ILogger<UnreachableInstances> logger)
    : IPassiveHealthCheckPolicy
{
    public const string PolicyName = "Unreachable";

    /// <summary>As YARP's.</summary>
    private static readonly TimeSpan s_defaultPeriod = TimeSpan.FromMinutes(1);

    public string Name => PolicyName;

    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        if (ConnectFailure.Of(context) is not { } failure || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        TimeSpan period = cluster.Model.Config.HealthCheck?.Passive?.ReactivationPeriod ?? s_defaultPeriod;
        if (destination.Health.Passive != DestinationHealth.Unhealthy)
        {
            BackendLog.InstanceUnreachable(logger, destination.DestinationId, cluster.ClusterId, failure.Message, period);
        }

        health.SetPassive(cluster, destination, DestinationHealth.Unhealthy, period);
    }
}
