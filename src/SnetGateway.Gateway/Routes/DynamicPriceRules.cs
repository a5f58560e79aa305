using System.Collections.Frozen;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Prices;
using SnetGateway.Gateway.Validation;
using SnetGateway.ProtoJson;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Routes;

/// <summary>A service with dynamic prices can be asked for them: its methods are described, and what is asked speaks gRPC.</summary>
internal static class DynamicPriceRules
{
    public static void Check(
        IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, Dictionary<string, ServiceOptions> services,
        ClusterBackends backends, ErrorList errors)
    {
        var kinds = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (ClusterConfig cluster in clusters)
        {
            kinds[cluster.ClusterId] = BackendKind.Of(cluster.Metadata);
        }

        foreach ((string name, ServiceOptions service) in services.Where(s => s.Value.Price.Model == PriceOptions.DynamicPrice))
        {
            string path = $"{ServiceRules.Services}:{name}:{nameof(service.Price)}";
            string asked = $"{path}:{nameof(PriceOptions.Dynamic)}:{nameof(DynamicPriceOptions.Cluster)}";
            string? cluster = service.Price.Dynamic.Cluster;
            if (!string.IsNullOrEmpty(cluster))
            {
                errors.CheckName(asked, "cluster", cluster, kinds.Keys, ClusterRules.Clusters);
                CheckKind(asked, cluster, kinds, errors);
            }

            foreach (string own in routes
                .Where(route => route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) == name
                    && route.Metadata?.ContainsKey(PaidRoute.PriceKey) != true)
                .Select(route => route.ClusterId ?? "").Where(kinds.ContainsKey).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                if (string.IsNullOrEmpty(cluster))
                {
                    CheckKind($"{path}:{nameof(PriceOptions.Model)}", own, kinds, errors);
                }

                CheckMethods($"{path}:{nameof(PriceOptions.Model)}", own, string.IsNullOrEmpty(cluster), backends, errors);
            }
        }
    }

    private static void CheckKind(string path, string cluster, Dictionary<string, string> kinds, ErrorList errors) => errors.Check(path, (
        kinds.GetValueOrDefault(cluster, BackendKind.Grpc) != BackendKind.Grpc,
        $"the cluster {ErrorList.Quote(cluster)} does not speak gRPC, so it cannot be asked for prices",
        $"Write a cluster of gRPC services into {nameof(PriceOptions.Dynamic)}:{nameof(DynamicPriceOptions.Cluster)}"));

    /// <param name="path">Where errors are reported.</param>
    /// <param name="cluster">The cluster whose methods are paid for.</param>
    /// <param name="isAsked">Whether the same cluster is asked.</param>
    /// <param name="backends">The clusters' descriptors.</param>
    /// <param name="errors">The errors.</param>
    private static void CheckMethods(string path, string cluster, bool isAsked, ClusterBackends backends, ErrorList errors)
    {
        string descriptors = BackendRules.DescriptorsPathOf(cluster);
        if (backends.Find(cluster)?.Descriptors is not { } source)
        {
            errors.Add(
                path, $"the methods of the cluster {ErrorList.Quote(cluster)} are not described, so none has a price method",
                $"Write its .proto files into {descriptors}");
            return;
        }

        if (source.Known is not ProtoSchema schema)
        {
            return; // by reflection: not known before the first call
        }

        FrozenDictionary<string, string> known = PriceMethods.Of(schema).ByMethod;
        errors.Check(path, (
            known.Count == 0,
            $"no method of the cluster {ErrorList.Quote(cluster)} has the option (pricing.my_method_option).estimatePriceMethod",
            "Add it to the .proto files, or write another model"));
        foreach ((string method, string priceMethod) in known.Where(_ => isAsked).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string? problem = PriceMethods.ProblemOf(schema, priceMethod);
            errors.Check(path, (
                problem is not null,
                $"the price method {ErrorList.Quote(priceMethod)} of {method} cannot be asked: {problem}",
                "Correct the option in the .proto files: /package.Service/Method of a method that returns pricing.PriceInCogs"));
        }
    }
}
