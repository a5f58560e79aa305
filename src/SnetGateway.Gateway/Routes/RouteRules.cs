using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Validation;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Routes;

/// <summary>A route names the service that is paid, or says that it is free (rule 21); no call can match two routes (rule 22).</summary>
internal static class RouteRules
{
    private const string Routes = "ReverseProxy:Routes";

    /// <summary>Services that the gateway answers itself, by the first segment of their paths.</summary>
    private static readonly Dictionary<string, string> s_ownServices = OwnServices.Descriptors.Select(service => service.FullName)
        .Concat(OwnServices.NotOffered).ToDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    public static void Check(
        IReadOnlyList<RouteConfig> routes,
        IReadOnlyList<ClusterConfig> clusters,
        Dictionary<string, ServiceOptions> services,
        ErrorList errors)
    {
        errors.Check(Routes, (routes.Count == 0, "there is no route, so no call could be served", "Write at least one"));
        var clusterIds = clusters.Select(cluster => cluster.ClusterId).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (RouteConfig route in routes)
        {
            string path = $"{Routes}:{route.RouteId}";
            CheckPayment(path, route, services, errors);
            errors.CheckName($"{path}:{nameof(route.ClusterId)}", "cluster", route.ClusterId, clusterIds, ClusterRules.Clusters);
        }

        CheckAmbiguity(routes, services, errors);
        ILookup<string, string> clustersOf = ServiceRoutes.Clusters(routes);
        var grpc = clusters.Where(cluster => BackendKind.Of(cluster.Metadata) == BackendKind.Grpc).Select(cluster => cluster.ClusterId)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (string name in services.Keys.Where(name => services[name].Heartbeat.Kind == HeartbeatOptions.Grpc))
        {
            bool isServed = !clustersOf.Contains(name) || clustersOf[name].Any(grpc.Contains);
            errors.Check($"{ServiceRules.Services}:{name}:{nameof(ServiceOptions.Heartbeat)}:{nameof(HeartbeatOptions.Kind)}", (
                !isServed,
                "no instance of the service speaks gRPC",
                $"Write {HeartbeatOptions.Http} and a URL, or {HeartbeatOptions.None}"));
        }
    }

    private static void CheckPayment(string path, RouteConfig route, Dictionary<string, ServiceOptions> services, ErrorList errors)
    {
        const string Service = PaidRoute.ServiceKey, Payment = PaidRoute.PaymentKey, Price = PaidRoute.PriceKey;
        string metadata = $"{path}:{nameof(route.Metadata)}";
        IReadOnlyDictionary<string, string> keys = route.Metadata ?? new Dictionary<string, string>();
        foreach (string key in keys.Keys.Where(IsNearlyPrice))
        {
            errors.Add($"{metadata}:{key}", "unknown key, and nearly the one of a route's price", $"Write '{Price}', or another name");
        }

        if (!keys.TryGetValue(Service, out string? name))
        {
            string? near = keys.Keys.FirstOrDefault(key => ClosestMatch.Find(key, [Service, Payment]) is not null);
            string addition = near is null ? "" : $" ({ErrorList.Quote(near)} is neither)";
            errors.Check(metadata, (
                !keys.ContainsKey(Payment),
                $"the route names no service and does not say that it is free{addition}",
                $"Write \"{Service}\": \"<name>\", or \"{Payment}\": \"{PaidRoute.PaymentNone}\" for a route without payment"));
            errors.Check($"{metadata}:{Price}", (
                keys.ContainsKey(Payment) && keys.ContainsKey(Price), "the route asks no payment, so this is never used", "Remove it"));
            return;
        }

        bool isBoth = keys.ContainsKey(Payment);
        errors.Check(metadata, (isBoth, "the route names a service and says that it is free", $"Keep one of {Service} and {Payment}"));
        errors.CheckName($"{metadata}:{Service}", "service", name, services.Keys, ServiceRules.Services);
        errors.Check($"{path}:{nameof(route.Match)}:{nameof(RouteMatch.Hosts)}", (
            services.GetValueOrDefault(name)?.Hosts.Length > 0 && route.Match?.Hosts is { Count: > 0 },
            "hosts are given here and at the service",
            $"Keep them in {ServiceRules.Services}:{name}:{nameof(ServiceOptions.Hosts)}"));
    }

    /// <summary>
    /// The framework's routing takes a route of `*.a.example.org` for calls to all of `*.example.org` once another route has that pattern,
    /// independent of the paths: the wrong service would be paid, or none found.
    /// </summary>
    private static void CheckPatterns(IReadOnlyList<RouteReach> reaches, ErrorList errors)
    {
        ILookup<string, RouteReach> byPattern = reaches
            .SelectMany(reach => reach.Patterns, (reach, pattern) => (reach, pattern)).ToLookup(pair => pair.pattern, pair => pair.reach);
        foreach (RouteReach reach in reaches)
        {
            foreach (string pattern in reach.Patterns)
            {
                for (int dot = pattern.IndexOf('.', 2); dot >= 0; dot = pattern.IndexOf('.', dot + 1))
                {
                    string wider = $"*{pattern[dot..]}";
                    if (byPattern[wider].FirstOrDefault(other => other.Id != reach.Id) is { } other)
                    {
                        errors.Add(
                            $"{Routes}:{reach.Id}:{nameof(RouteConfig.Match)}",
                            $"its host {ErrorList.Quote(pattern.ToLowerInvariant())} is one of "
                                + $"{ErrorList.Quote(wider.ToLowerInvariant())}, which the route {ErrorList.Quote(other.Id)} has",
                            "Write the hosts themselves, or patterns of which none contains another");
                    }
                }
            }
        }
    }

    /// <summary>With a price that is not read, calls would cost the service's price.</summary>
    private static bool IsNearlyPrice(string key) =>
        (key.StartsWith("price", StringComparison.OrdinalIgnoreCase) || ClosestMatch.Find(key, [PaidRoute.PriceKey]) is not null)
            && !key.Equals(PaidRoute.PriceKey, StringComparison.OrdinalIgnoreCase);

    private static void CheckAmbiguity(IReadOnlyList<RouteConfig> routes, Dictionary<string, ServiceOptions> services, ErrorList errors)
    {
        // The calls of a route whose own match is an error are unknown.
        RouteReach[] reaches = [.. routes
            .Where(route => !errors.Touches($"{Routes}:{route.RouteId}:{nameof(route.Match)}"))
            .Select(route => new RouteReach(route, ServiceRoutes.HostsOf(route, services)))];
        CheckPatterns(reaches, errors);
        ILookup<(string, string), (int Index, RouteReach Reach)> byPlace = reaches.Index()
            .SelectMany(route => route.Item.Places, (route, place) => (route, place)).ToLookup(pair => pair.place, pair => pair.route);
        foreach ((int i, RouteReach reach) in reaches.Index())
        {
            string path = $"{Routes}:{reach.Id}:{nameof(RouteConfig.Match)}";
            string service = reach.Shape.Split('/')[0];
            if ((s_ownServices.GetValueOrDefault(service) ?? (CallShape.IsControlService(service) ? service : null)) is { } own)
            {
                string problem = $"the gateway answers {own} itself";
                errors.Add($"{path}:{nameof(RouteMatch.Path)}", problem, "Remove the route, or give it the path of a service's method");
            }

            RouteReach? earlier = reach.Places.SelectMany(place => byPlace[place])
                .Where(other => other.Index < i && reach.IsAmbiguousWith(other.Reach))
                .OrderBy(other => other.Index).Select(other => other.Reach).FirstOrDefault();
            if (earlier is not null)
            {
                string problem = $"the same calls match the route {ErrorList.Quote(earlier.Id)}, with the same order";
                errors.Add(path, problem, "Make them differ by host (Hosts of their services), by path or by Order");
            }
        }
    }
}
