using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Validation;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Reads the `ReverseProxy` section with YARP's own reader and validates it with YARP's own validator, in a separate container: at startup
/// no host exists yet, and a reload that is refused must not have touched the running one.
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

    /// <summary>
    /// Adds what YARP finds wrong. YARP does not name the key it means, so each part is checked in a route or cluster that is otherwise
    /// valid; the whole is checked where its parts are valid.
    /// </summary>
    public async ValueTask CheckAsync(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, ErrorList errors)
    {
        var validator = _services.GetRequiredService<IConfigValidator>();
        foreach (RouteConfig route in routes)
        {
            string path = $"{Schema.ProxySchema.Section}:Routes:{route.RouteId}";
            var valid = new RouteConfig { RouteId = route.RouteId, ClusterId = route.ClusterId, Match = new RouteMatch { Path = "/" } };
            (string, RouteConfig)[] parts =
            [
                ($":{nameof(route.Match)}", valid with { Match = route.Match ?? new RouteMatch() }),
                .. (route.Transforms ?? []).Select((transform, i) => ($":{nameof(route.Transforms)}:{i}", valid with { Transforms = [transform] })),
            ];
            await AddAsync(errors, path, parts, route, validator.ValidateRouteAsync);
        }

        foreach (ClusterConfig cluster in clusters)
        {
            var valid = new ClusterConfig { ClusterId = cluster.ClusterId };
            (string, ClusterConfig)[] parts =
            [
                ($":{nameof(cluster.HttpClient)}", valid with { HttpClient = cluster.HttpClient }),
                ($":{nameof(cluster.HttpRequest)}", valid with { HttpRequest = cluster.HttpRequest }),
                ($":{nameof(cluster.HealthCheck)}", valid with { HealthCheck = cluster.HealthCheck }),
                ($":{nameof(cluster.Destinations)}", valid with { Destinations = cluster.Destinations }),
            ];
            string path = $"{ClusterRules.Clusters}:{cluster.ClusterId}";
            await AddAsync(errors, path, parts, cluster with { SessionAffinity = null }, validator.ValidateClusterAsync);
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static async ValueTask AddAsync<T>(
        ErrorList errors, string path, (string Key, T Config)[] parts, T whole, Func<T, ValueTask<IList<Exception>>> validate)
    {
        var found = new List<(string Key, Exception Problem)>();
        foreach ((string key, T config) in parts)
        {
            found.AddRange((await validate(config)).Select(problem => (key, problem)));
        }

        if (found.Count == 0)
        {
            found.AddRange((await validate(whole)).Select(problem => ("", problem)));
        }

        foreach (IGrouping<string, string> key in found.GroupBy(error => error.Key, error => error.Problem.Message.TrimEnd('.')))
        {
            errors.Add(path + key.Key, ErrorList.Clean(string.Join("; ", key)), "Write what YARP's documentation says about this key");
        }
    }
}
