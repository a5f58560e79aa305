using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Configuration.Schema;
using SnetGateway.Gateway.Routes;
using SnetGateway.Gateway.Validation;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Validates a whole configuration: every key and value by the schema, then the rules across keys, then YARP's own validator. Values that
/// are errors are left out of the later steps, so that one run reports all errors.
/// </summary>
internal static class ConfigurationReader
{
    /// <param name="configuration">What to validate.</param>
    /// <param name="descriptors">Loads the files that describe messages.</param>
    /// <param name="startup">Values of the running gateway's startup: keys that are not live keep them in the snapshot. Null at
    /// startup.</param>
    public static async ValueTask<ConfigurationResult> ReadAsync(
        IConfiguration configuration, DescriptorLoader descriptors, IReadOnlyDictionary<string, string?>? startup = null)
    {
        // null means that a key is not set. Bound as it is, it would replace the default.
        var values = new Dictionary<string, string?>(configuration.AsEnumerable().Where(pair => pair.Value is not null), StringComparer.OrdinalIgnoreCase);
        var errors = new ErrorList();
        GatewaySchema.Walk(configuration, errors);

        IConfiguration valid = new ConfigurationBuilder().AddInMemoryCollection(values.Where(pair => !errors.Covers(pair.Key))).Build();
        GatewayOptions options = Bind(valid);
        await using var proxy = new ProxyReader(valid.GetSection(ProxySchema.Section));
        IProxyConfig read;
        try
        {
            read = proxy.Read();
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException or InvalidOperationException)
        {
            errors.Add(ProxySchema.Section, "YARP cannot read a value in this section", "Compare it with appsettings/full.json");
            return new ConfigurationResult(options, null, values, errors.All);
        }

        ConfigurationRules.Check(options, read.Routes, read.Clusters, errors);
        ClusterBackends backends = await BackendReader.ReadAsync(options.Backends, read.Clusters, options.Processes, descriptors, errors);
        RouteConfig[] routes = [.. read.Routes.Select(route => ServiceRoutes.WithHosts(route, options.Services))];
        await proxy.CheckAsync(routes, read.Clusters, errors);
        if (!errors.IsEmpty)
        {
            return new ConfigurationResult(options, null, values, errors.All);
        }

        GatewayOptions inForce = startup is null
            ? options
            : Bind(new ConfigurationBuilder().AddInMemoryCollection(AcceptedConfiguration.Apply(startup, values)).Build());
        var snapshot = new GatewaySnapshot(
            CatalogReader.Read(inForce.Services, inForce.Groups), routes, read.Clusters, backends, HeartbeatReader.Read(inForce, routes));
        return new ConfigurationResult(options, snapshot, values, errors.All);
    }

    private static GatewayOptions Bind(IConfiguration configuration) =>
        configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions();
}
