using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Configuration.Schema;
using SnetGateway.Gateway.Instances;
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

    public ProxyReader(IConfiguration section)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddReverseProxy().WithoutSessionAffinity().AddWeights().LoadFromConfig(section);
        _services = services.BuildServiceProvider();
    }

    /// <summary>The routes and clusters as configured, read beside the caller. Throws where YARP cannot read a value.</summary>
    public async Task<IProxyConfig> ReadAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return _services.GetRequiredService<IProxyConfigProvider>().GetConfig();
    }

    /// <summary>
    /// Adds what YARP finds wrong. YARP does not name the key, so the parts of a route that is not valid are checked in a route that is
    /// otherwise valid; errors of the whole route are reported where its parts are valid.
    /// </summary>
    public async ValueTask CheckAsync(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, ErrorList errors)
    {
        IConfigValidator validator = _services.GetRequiredService<IConfigValidator>();
        foreach (RouteConfig route in routes)
        {
            IList<Exception> problems = await validator.ValidateRouteAsync(route);
            if (problems.Count == 0)
            {
                continue;
            }

            string path = $"{ProxySchema.Section}:Routes:{route.RouteId}";
            var valid = new RouteConfig { RouteId = route.RouteId, ClusterId = route.ClusterId, Match = new RouteMatch { Path = "/" } };
            RouteConfig withMatch = valid with { Match = route.Match ?? new RouteMatch() };
            Add($"{path}:{nameof(route.Match)}", await validator.ValidateRouteAsync(withMatch), errors);
            foreach ((int i, IReadOnlyDictionary<string, string> transform) in (route.Transforms ?? []).Index())
            {
                RouteConfig withTransform = valid with { Transforms = [transform] };
                Add($"{path}:{nameof(route.Transforms)}:{i}", await validator.ValidateRouteAsync(withTransform), errors);
            }

            Add(path, problems, errors);
        }

        foreach (ClusterConfig cluster in clusters)
        {
            ClusterConfig withoutAffinity = cluster with { SessionAffinity = null };
            Add($"{ClusterRules.Clusters}:{cluster.ClusterId}", await validator.ValidateClusterAsync(withoutAffinity), errors);
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static void Add(string path, IList<Exception> problems, ErrorList errors) => errors.Check(path, (
        problems.Count > 0,
        ErrorList.Clean(string.Join("; ", problems.Select(problem => problem.Message.TrimEnd('.')))),
        "Write what YARP's documentation says about this key"));
}
