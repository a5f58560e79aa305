using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Configuration.Rules;
using SnetGateway.Gateway.Configuration.Schema;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Both sections, judged together: first every key and value by itself, then the rules across keys, then YARP's own validator. What is wrong
/// by itself is left out for the later steps, so that one run names all errors.
/// </summary>
internal static class ConfigurationReader
{
    public static async ValueTask<ConfigurationResult> ReadAsync(IConfiguration configuration, DescriptorLoader descriptors)
    {
        // null means that a key is not set: its default holds. Bound as it is, it would take the place of the default.
        var values = new Dictionary<string, string?>(configuration.AsEnumerable().Where(pair => pair.Value is not null), StringComparer.OrdinalIgnoreCase);
        var errors = new ErrorList();
        SchemaWalk.Walk(configuration, errors);

        IConfiguration sound = new ConfigurationBuilder().AddInMemoryCollection(values.Where(pair => !errors.Covers(pair.Key))).Build();
        GatewayOptions options = sound.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions();
        await using var proxy = new ProxyReader(sound.GetSection(ProxySchema.Section));
        IProxyConfig read;
        try
        {
            read = proxy.Read();
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException or InvalidOperationException)
        {
            errors.Add(ProxySchema.Section, "the proxy cannot read a value in this section", "Compare it with appsettings/full.json");
            return new ConfigurationResult(options, null, values, errors.All);
        }

        RouteConfig[] routes = [.. read.Routes];
        OwnRules.Check(options, errors);
        var context = new RuleContext(options, routes, read.Clusters, errors);
        CrossKeyRules.Check(context);
        ClusterBackends backends = await BackendReader.ReadAsync(context, descriptors);
        routes = [.. routes.Select(route => ProxyReader.WithHosts(route, options))];
        foreach (RouteConfig route in routes)
        {
            Join(RuleContext.RoutePath(route.RouteId), await proxy.CheckAsync(route), errors);
        }

        foreach (ClusterConfig cluster in read.Clusters)
        {
            Join(RuleContext.ClusterPath(cluster.ClusterId), await proxy.CheckAsync(cluster), errors);
        }

        GatewaySnapshot? snapshot = errors.IsEmpty ? new GatewaySnapshot(
            CatalogReader.Read(options), routes, read.Clusters, backends, HeartbeatReader.Read(options, routes)) : null;
        return new ConfigurationResult(options, snapshot, values, errors.All);
    }

    /// <summary>What YARP finds wrong, unless an error is known at that very key already, of which it may only be the echo.</summary>
    private static void Join(string path, IReadOnlyList<(string Key, string Problem)> found, ErrorList errors)
    {
        foreach ((string place, string problem) in found
            .Select(f => (Place: f.Key.Length == 0 ? path : $"{path}:{f.Key}", f.Problem)).Where(f => !errors.Touches(f.Place)).ToArray())
        {
            errors.Add(place, problem, "Write what YARP's documentation says of this key");
        }
    }
}
