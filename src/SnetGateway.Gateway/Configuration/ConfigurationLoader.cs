using SnetGateway.Gateway.Acme;
using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Claims;
using SnetGateway.Gateway.Configuration.Schema;
using SnetGateway.Gateway.ConfigurationKeys;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Logging;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.Prepaid;
using SnetGateway.Gateway.Routes;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.Telemetry;
using SnetGateway.Gateway.Validation;
using SnetGateway.Gateway.Web;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// From the sources to a validated configuration: every key and value by the schema, then the rules across keys, then YARP's own validator.
/// Values that are errors are left out of the later steps, so that one run reports all errors.
/// </summary>
internal sealed class ConfigurationLoader(ConfigurationSources sources)
{
    public ConfigurationSources Sources { get; } = sources;

    public DescriptorLoader Descriptors { get; } = new(TimeProvider.System);

    public MetadataFeed Metadata { get; } = new(TimeProvider.System);

    public ValueTask<ConfigurationResult> LoadAsync()
    {
        var errors = new ErrorList();
        return LoadAsync(Sources.ReadFile(errors), errors);
    }

    /// <summary>
    /// The same for a file whose bytes were read already. At a reload, keys that are not live keep their values of
    /// <paramref name="startup"/>.
    /// </summary>
    /// <param name="content">The bytes of the file; null without a file.</param>
    /// <param name="errors">Errors that are known, and gets more.</param>
    /// <param name="startup">The keys that the gateway started with; null at startup.</param>
    /// <param name="tried">Metadata in place of the documents in force; null for these.</param>
    public async ValueTask<ConfigurationResult> LoadAsync(
        byte[]? content, ErrorList errors, IReadOnlyDictionary<string, string?>? startup = null, PublishedSet? tried = null)
    {
        Dictionary<string, string?>? all = errors.IsEmpty ? Sources.Read(content, errors) : null;
        UsedMetadata used = all is null ? UsedMetadata.None : await Metadata.AddToAsync(all, tried, errors, CancellationToken.None);
        return all is not null && errors.IsEmpty
            ? await ReadAsync(all, startup) with { Content = content, Metadata = used }
            : new ConfigurationResult(new GatewayOptions(), null, new Dictionary<string, string?>(), errors.All) { Metadata = used };
    }

    /// <summary>Validates a whole configuration.</summary>
    internal async ValueTask<ConfigurationResult> ReadAsync(
        IReadOnlyDictionary<string, string?> all, IReadOnlyDictionary<string, string?>? startup = null)
    {
        var errors = new ErrorList();
        IConfiguration valid = Of(all);

        // YARP's part of a configuration without errors is read while it is checked.
        await using var whole = new ProxyReader(valid.GetSection(ProxySchema.Section));
        Task<IProxyConfig> early = whole.ReadAsync();
        bool isFree = FreeConfiguration.Is(valid);
        GatewaySchema.Check(valid, errors, hasChain: !isFree);
        if (startup is not null && !isFree && FreeConfiguration.Is(Of(startup)))
        {
            errors.Add(
                ServiceRules.Services, "the gateway started without payments, so it has no chain and no ledger",
                "Restart it to take the change");
        }

        // null means that a key is not set. Bound as it is, it would replace the default.
        var values = new Dictionary<string, string?>(all.Where(pair => pair.Value is not null), StringComparer.OrdinalIgnoreCase);
        bool isWhole = errors.IsEmpty && values.Count == all.Count;
        valid = isWhole ? valid : Of(values.Where(pair => !errors.Covers(pair.Key)));
        GatewayOptions options = Bind(valid);
        if (isFree)
        {
            FreeConfiguration.ApplyTo(options);
        }

        await ((Task)early).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await using ProxyReader? part = isWhole ? null : new ProxyReader(valid.GetSection(ProxySchema.Section));
        ProxyReader proxy = part ?? whole;
        IProxyConfig read;
        try
        {
            read = part is null ? await early : await part.ReadAsync();
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException or InvalidOperationException)
        {
            errors.Add(ProxySchema.Section, "YARP cannot read a value in this section", "Compare it with appsettings/full.json");
            return new ConfigurationResult(options, null, values, errors.All);
        }

        CheckRules(options, read.Routes, read.Clusters, errors);
        AllowedUserRules.Check(options, valid, errors);
        ClusterBackends backends = await BackendReader.ReadAsync(
            options.Backends, read.Clusters, options.Processes, Descriptors, errors);
        DynamicPriceRules.Check(read.Routes, read.Clusters, options.Services, backends, errors);
        RouteConfig[] routes = [.. read.Routes.Select(route => ServiceRoutes.WithHosts(route, options.Services))];
        await proxy.CheckAsync(routes, read.Clusters, errors);
        if (!errors.IsEmpty)
        {
            return new ConfigurationResult(options, null, values, errors.All);
        }

        GatewayOptions inForce = startup is null ? options : Bind(Of(AcceptedConfiguration.Apply(startup, values)));
        ServiceCatalog catalog = CatalogReader.Read(inForce.Services, inForce.Groups);
        var snapshot = new GatewaySnapshot(
            catalog, routes, read.Clusters, backends,
            CatalogReader.ReadHeartbeats(inForce.Services, inForce.Groups, inForce.Chain.ChainId, ServiceRoutes.Clusters(routes)),
            CatalogReader.ReadFreeCalls(inForce.Services, inForce.Groups, catalog),
            CatalogReader.ReadTraining(inForce.Services, inForce.Groups, catalog));
        return new ConfigurationResult(options, snapshot, values, errors.All);
    }

    /// <summary>
    /// All rules across keys, in the order in which their errors are reported. Each lives beside its feature. Keys whose own value is an
    /// error are unset here, so that one run finds every other error too.
    /// </summary>
    private static void CheckRules(
        GatewayOptions options, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, ErrorList errors)
    {
        ListenerRules.Check(options.Listeners, errors);
        AcmeRules.Check(options.Acme, options.Listeners.Public, options.Ledger, errors);
        LedgerRules.Check(options.Ledger, errors);
        PrepaidRules.Check(options.Prepaid, errors);
        ClaimOptionRules.Check(options.Claims, options.Groups, errors);
        TelemetryRules.Check(options.Telemetry, errors);
        ServiceRules.Check(options.Services, options.Groups, errors);
        LimitRules.Check(options.Limits, options.Services, errors);
        OrganizationRules.Check(options.Groups, options.Services, errors);
        FreeCallRules.Check(options.Groups, options.Services, errors);
        TrainingRules.Check(options.Services, errors);
        RouteRules.Check(routes, clusters, options.Services, errors);
        ClusterRules.Check(clusters, options.Processes, errors);
        ProgramRules.Check(options.Processes, errors, OperatingSystem.IsLinux());
        BackendRules.Check(options.Backends, clusters, options.Processes, errors);
        LogRules.Check(options.Log, errors);
        AlertOptionRules.Check(options.Alerts, errors);
        new KeyRules(WebOptions.Section, errors).Requires(options.Web.Origins, options.Web.CrossOrigin);
    }

    private static ConfigurationRoot Of(IEnumerable<KeyValuePair<string, string?>> values) =>
        new ConfigurationRoot([new IndexedConfiguration(values)]);

    private static GatewayOptions Bind(IConfiguration configuration) =>
        configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions();
}
