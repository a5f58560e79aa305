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

    /// <summary>What YARP finds wrong with a route, each with its key below the route; an empty key where it is of the route as a whole.</summary>
    public async ValueTask<IReadOnlyList<(string Key, string Problem)>> CheckAsync(RouteConfig route)
    {
        // Each part in a route that is right but for it: YARP does not say which key it means.
        var right = new RouteConfig { RouteId = route.RouteId, ClusterId = route.ClusterId, Match = new RouteMatch { Path = "/" } };
        var found = new List<(string Key, string Problem)>();
        Add(found, nameof(route.Match), await Validator.ValidateRouteAsync(right with { Match = route.Match ?? new RouteMatch() }));
        for (int i = 0; i < (route.Transforms?.Count ?? 0); i++)
        {
            Add(found, $"{nameof(route.Transforms)}:{i}", await Validator.ValidateRouteAsync(right with { Transforms = [route.Transforms![i]] }));
        }

        if (found.Count == 0)
        {
            Add(found, "", await Validator.ValidateRouteAsync(route));
        }

        return found;
    }

    /// <summary>The same for a cluster, but for session affinity, of which a rule of our own says that there is none.</summary>
    public async ValueTask<IReadOnlyList<(string Key, string Problem)>> CheckAsync(ClusterConfig cluster)
    {
        var right = new ClusterConfig { ClusterId = cluster.ClusterId };
        var found = new List<(string Key, string Problem)>();
        Add(found, nameof(cluster.HttpClient), await Validator.ValidateClusterAsync(right with { HttpClient = cluster.HttpClient }));
        Add(found, nameof(cluster.HttpRequest), await Validator.ValidateClusterAsync(right with { HttpRequest = cluster.HttpRequest }));
        Add(found, nameof(cluster.HealthCheck), await Validator.ValidateClusterAsync(right with { HealthCheck = cluster.HealthCheck }));
        Add(found, nameof(cluster.Destinations), await Validator.ValidateClusterAsync(right with { Destinations = cluster.Destinations }));
        if (found.Count == 0)
        {
            Add(found, "", await Validator.ValidateClusterAsync(cluster with { SessionAffinity = null }));
        }

        return found;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    /// <summary>A route with the hosts of its service.</summary>
    public static RouteConfig WithHosts(RouteConfig route, GatewayOptions options) =>
        route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) is { } name
            && options.Services.TryGetValue(name, out ServiceOptions? service)
            && service.Hosts.Length > 0
            && route.Match?.Hosts is not { Count: > 0 }
            ? route with { Match = (route.Match ?? new RouteMatch()) with { Hosts = service.Hosts } }
            : route;

    private static void Add(List<(string Key, string Problem)> found, string key, IList<Exception> problems) =>
        found.AddRange(problems.Select(problem => (key, ErrorList.Clean(problem.Message.TrimEnd('.')))));

    private IConfigValidator Validator => _services.GetRequiredService<IConfigValidator>();
}
