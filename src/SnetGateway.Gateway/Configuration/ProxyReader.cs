using SnetGateway.Gateway.Catalog;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Reads the `ReverseProxy` section with YARP's own reader and judges it with YARP's own validator, in a container of their own: no server
/// runs yet, and a configuration that is refused must not have touched the one in force.
/// </summary>
internal sealed class ProxyReader : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="section">The `ReverseProxy` section.</param>
    /// <param name="policies">Registers the policies that a configuration may name beside YARP's own.</param>
    public ProxyReader(IConfiguration section, Action<IReverseProxyBuilder> policies)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        policies(services.AddReverseProxy().LoadFromConfig(section));
        _services = services.BuildServiceProvider();
    }

    /// <summary>The routes and clusters as configured. Throws where YARP cannot read a value.</summary>
    public IProxyConfig Read() => _services.GetRequiredService<IProxyConfigProvider>().GetConfig();

    public ValueTask<IList<Exception>> JudgeAsync(RouteConfig route) => Validator.ValidateRouteAsync(route);

    public ValueTask<IList<Exception>> JudgeAsync(ClusterConfig cluster) => Validator.ValidateClusterAsync(cluster);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    /// <summary>A route with the hosts of its service.</summary>
    public static RouteConfig WithHosts(RouteConfig route, GatewayOptions options) =>
        route.Metadata?.GetValueOrDefault(RouteMetadata.Service) is { } name
            && options.Services.TryGetValue(name, out ServiceOptions? service)
            && service.Hosts.Length > 0
            && route.Match?.Hosts is not { Count: > 0 }
            ? route with { Match = (route.Match ?? new RouteMatch()) with { Hosts = service.Hosts } }
            : route;

    /// <summary>
    /// A cluster with gRPC's defaults where nothing is said: exactly HTTP/2 (YARP's own default falls back to HTTP/1.1 on a cleartext
    /// address, where gRPC cannot pass), and no activity timeout (design, rule 24: a silent stream is no fault).
    /// </summary>
    public static ClusterConfig ForGrpc(ClusterConfig cluster)
    {
        ForwarderRequestConfig request = cluster.HttpRequest ?? ForwarderRequestConfig.Empty;
        return cluster with
        {
            HttpRequest = request with
            {
                Version = request.Version ?? System.Net.HttpVersion.Version20,
                VersionPolicy = request.VersionPolicy ?? HttpVersionPolicy.RequestVersionExact,
                ActivityTimeout = request.ActivityTimeout ?? Timeout.InfiniteTimeSpan,
            },
        };
    }

    private IConfigValidator Validator => _services.GetRequiredService<IConfigValidator>();
}
