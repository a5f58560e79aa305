using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Claims;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Validation;
using SnetGateway.ProtoJson;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>What a valid configuration probably does not mean. `check-config` prints it; the gateway starts all the same.</summary>
internal static class ConfigurationWarnings
{
    private const string Clusters = "ReverseProxy:Clusters";
    private const string Groups = $"{GatewayOptions.Section}:{nameof(GatewayOptions.Groups)}";

    /// <summary>The values of the samples and of `init`, which no organisation has.</summary>
    private static readonly string[] s_examples =
        ["my-org", "aGVyZSBzdGFuZCAzMiBieXRlcyBvZiBncm91cCBpZCE=", "0x1111111111111111111111111111111111111111"];

    /// <summary>All warnings of a valid configuration, in the order of its sections.</summary>
    public static IReadOnlyList<ConfigurationError> Of(GatewayOptions options, GatewaySnapshot snapshot) =>
    [
        .. OfChain(options.Chain),
        .. options.Groups.SelectMany(group => OfGroup($"{Groups}:{group.Key}", group.Value)),
        .. ClaimOptionRules.Warnings(options.Claims, options.Groups),
        .. OfServices(options.Services, snapshot.Routes),
        .. options.Services.SelectMany(service => OfPrices(service.Key, service.Value, snapshot)),
        .. snapshot.Clusters.SelectMany(cluster => OfCluster(cluster, snapshot.Routes)),
    ];

    private static IEnumerable<ConfigurationError> OfChain(ChainOptions chain)
    {
        if (chain.ChainId == 1 && string.Equals(chain.EscrowAddress, KnownContracts.FormerEscrow, StringComparison.OrdinalIgnoreCase))
        {
            yield return new ConfigurationError(
                $"{ChainOptions.Section}:{nameof(chain.EscrowAddress)}",
                "this is the contract of AGIX, the former token, which has 8 decimals; figures in whole tokens are for 18",
                $"Write {KnownContracts.CurrentEscrow}, that of FET, unless your channels are at the former one");
        }
        else if (chain.IsConfigured && !KnownContracts.IsKnownEscrow(chain.ChainId, chain.Escrow))
        {
            yield return new ConfigurationError(
                $"{ChainOptions.Section}:{nameof(chain.EscrowAddress)}",
                "this is not one of the published MultiPartyEscrow contracts of the chain",
                "Compare it with what your consumers use");
        }
    }

    private static IEnumerable<ConfigurationError> OfGroup(string path, GroupOptions group)
    {
        (string Name, string Value)[] values =
        [
            (nameof(group.OrganizationId), group.OrganizationId), (nameof(group.GroupId), group.GroupId),
            (nameof(group.PaymentAddress), group.PaymentAddress),
        ];
        return values.Where(value => s_examples.Contains(value.Value, StringComparer.OrdinalIgnoreCase)).Select(value =>
            new ConfigurationError($"{path}:{value.Name}", "this is the value of the example", "Write that of your organisation"));
    }

    private static IEnumerable<ConfigurationError> OfServices(
        Dictionary<string, ServiceOptions> services, IReadOnlyList<RouteConfig> routes)
    {
        var routed = routes.Select(route => route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey)).ToHashSet(StringComparer.Ordinal);
        foreach (string name in services.Keys.Where(name => !routed.Contains(name)))
        {
            yield return new ConfigurationError(
                $"{ServiceRules.Services}:{name}", "no route names this service, so no call reaches it",
                $"Add a route with \"{PaidRoute.ServiceKey}\": \"{name}\" in its Metadata");
        }

        foreach (IGrouping<(string, string), string> same in services.GroupBy(
            service => (service.Value.Group, service.Value.ServiceId), service => service.Key).Where(same => same.Count() > 1))
        {
            yield return new ConfigurationError(
                $"{ServiceRules.Services}:{same.Last()}:{nameof(ServiceOptions.ServiceId)}",
                $"the service {ErrorList.Quote(same.First())} has the same id", "Write the id that the Registry has for it");
        }
    }

    /// <summary>Prices per method beside the methods that the descriptors of all of the service's clusters name.</summary>
    private static IEnumerable<ConfigurationError> OfPrices(string name, ServiceOptions service, GatewaySnapshot snapshot)
    {
        RouteConfig[] routes =
            [.. snapshot.Routes.Where(route => route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) == name)];
        ProtoSchema?[] schemas = [.. routes.Select(route => snapshot.Backends.Find(route.ClusterId!)?.Descriptors?.Known)];
        if (service.Price.Model != PriceOptions.FixedPerMethod || routes.Length == 0 || schemas.Contains(null))
        {
            yield break;
        }

        string path = $"{ServiceRules.Services}:{name}:{nameof(service.Price)}:{nameof(PriceOptions.Methods)}";
        foreach (string method in service.Price.Methods.Keys.Where(method => schemas.All(schema => schema!.FindMethod(method) is null)))
        {
            yield return new ConfigurationError(
                $"{path}:{method}", "the descriptors of the service have no such method", "Correct its path, or remove it");
        }

        IEnumerable<string> known = routes.Zip(schemas).SelectMany(pair => MethodsOf(pair.First, pair.Second!));
        foreach (string method in known.Distinct().Where(method => !service.Price.Methods.ContainsKey(method)))
        {
            yield return new ConfigurationError(
                $"{path}:{method}", "the method has no price, so it cannot be called",
                "Write its price in cogs, or remove it from the service");
        }
    }

    /// <summary>The methods to which a route leads, as far as its path says it.</summary>
    private static IEnumerable<string> MethodsOf(RouteConfig route, ProtoSchema schema) => schema.Files
        .SelectMany(file => file.Services)
        .Where(service => HealthFeed.NameOf(route.Match.Path) is { } only && only == service.FullName)
        .SelectMany(service => service.Methods.Select(method => $"/{service.FullName}/{method.Name}"));

    private static IEnumerable<ConfigurationError> OfCluster(ClusterConfig cluster, IReadOnlyList<RouteConfig> routes)
    {
        if (!routes.Any(route => string.Equals(route.ClusterId, cluster.ClusterId, StringComparison.OrdinalIgnoreCase)))
        {
            yield return new ConfigurationError(
                $"{Clusters}:{cluster.ClusterId}", "no route names this cluster, so no call reaches it", "Add a route, or remove it");
        }
    }
}
