using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Health.Heartbeats;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Catalog;

/// <summary>
/// The snapshot in force: one reference, swapped whole. A call takes what it needs from it once and keeps that, so no reload waits for a
/// stream and none cuts one.
/// </summary>
internal sealed class LiveSnapshot(GatewaySnapshot first) : IProxyConfigProvider, IConfigChangeListener, IClusterBackends, IHeartbeatTargets
{
    private GatewaySnapshot _current = first;
    private ServiceCatalog _catalog = first.Catalog;

    /// <summary>Raised for each new snapshot, when it is in force.</summary>
    public event Action<GatewaySnapshot>? Swapped;

    public GatewaySnapshot Current => Volatile.Read(ref _current);

    /// <summary>
    /// The services that a call may name now. Between a swap and the moment when the proxy has taken the new routes over, the services of
    /// both: a call that came by an old route finds its service.
    /// </summary>
    public ServiceCatalog Catalog => Volatile.Read(ref _catalog);

    ClusterBackends IClusterBackends.Backends => Current.Backends;

    HeartbeatTargets IHeartbeatTargets.Heartbeats => Current.Heartbeats;

    public IProxyConfig GetConfig() => Current;

    /// <summary>Puts a checked snapshot in force.</summary>
    public void Swap(GatewaySnapshot next)
    {
        Volatile.Write(ref _catalog, next.Catalog.Over(Catalog));
        GatewaySnapshot before = Interlocked.Exchange(ref _current, next);
        before.Supersede();
        Swapped?.Invoke(next);
    }

    public void ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
        if (proxyConfigs.Contains(Current))
        {
            Volatile.Write(ref _catalog, Current.Catalog);
        }
    }

    public void ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs)
    {
    }

    public void ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception)
    {
    }

    public void ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception)
    {
    }
}

internal static class LiveSnapshotServiceCollectionExtensions
{
    public static IServiceCollection AddLiveSnapshot(this IServiceCollection services, LiveSnapshot live) => services
        .AddSingleton(live)
        .AddSingleton<IClusterBackends>(live)
        .AddSingleton<IHeartbeatTargets>(live);
}
