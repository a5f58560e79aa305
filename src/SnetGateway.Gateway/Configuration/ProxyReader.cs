using SnetGateway.Gateway.PaidCalls;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Reads the `ReverseProxy` section with YARP's own reader and judges it with YARP's own validator, in a container of their own: no server
/// runs yet, and a configuration that is refused must not have touched the one in force.
/// </summary>
internal sealed class ProxyReader : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="section">The `ReverseProxy` section.</param>
    public ProxyReader(IConfiguration section)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddReverseProxy().WithoutSessionAffinity().LoadFromConfig(section);
        _services = services.BuildServiceProvider();
    }

    /// <summary>The routes and clusters as configured. Throws where YARP cannot read a value.</summary>
    public IProxyConfig Read() => _services.GetRequiredService<IProxyConfigProvider>().GetConfig();

    public ValueTask<IList<Exception>> JudgeAsync(RouteConfig route) => Validator.ValidateRouteAsync(route);

    /// <summary>But for session affinity, of which a rule of our own says that there is none.</summary>
    public ValueTask<IList<Exception>> JudgeAsync(ClusterConfig cluster) => Validator.ValidateClusterAsync(cluster with { SessionAffinity = null });

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    /// <summary>A route with the hosts of its service.</summary>
    public static RouteConfig WithHosts(RouteConfig route, GatewayOptions options) =>
        route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) is { } name
            && options.Services.TryGetValue(name, out ServiceOptions? service)
            && service.Hosts.Length > 0
            && route.Match?.Hosts is not { Count: > 0 }
            ? route with { Match = (route.Match ?? new RouteMatch()) with { Hosts = service.Hosts } }
            : route;

    private IConfigValidator Validator => _services.GetRequiredService<IConfigValidator>();
}
