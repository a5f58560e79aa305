using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Validation;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Routes;

/// <summary>A route names the service that is paid, or says that it is free (rule 21); no call can match two routes (rule 22).</summary>
internal static class RouteRules
{
    private const string Routes = "ReverseProxy:Routes";
    private const string Clusters = "ReverseProxy:Clusters";

    /// <summary>Paths of the gateway's own methods, by <see cref="PathPattern.ShapeOf(string?)"/>.</summary>
    private static readonly Dictionary<string, string> s_ownMethods = OwnServices.Descriptors
        .SelectMany(service => service.Methods, (service, method) => $"/{service.FullName}/{method.Name}")
        .ToDictionary(path => PathPattern.ShapeOf(path));

    public static void Check(
        IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, IReadOnlyDictionary<string, ServiceOptions> services, ErrorList errors)
    {
        errors.AddIf(routes.Count == 0, Routes, "there is no route, so no call could be served", "Write at least one");
        string[] clusterIds = [.. clusters.Select(cluster => cluster.ClusterId)];
        foreach (RouteConfig route in routes)
        {
            string path = $"{Routes}:{route.RouteId}";
            CheckPayment(errors, $"{path}:{nameof(route.Metadata)}", route.Metadata ?? new Dictionary<string, string>());
            CheckService(errors, path, route, services);
            string cluster = route.ClusterId ?? "";
            errors.AddIf(
                !clusterIds.Contains(cluster, StringComparer.OrdinalIgnoreCase),
                $"{path}:{nameof(route.ClusterId)}",
                cluster.Length == 0 ? "missing" : $"there is no cluster {ErrorList.Quote(cluster)}",
                ClosestMatch.Choose(cluster, clusterIds, Clusters));
        }

        CheckAmbiguity(errors, routes, services);
    }

    private static void CheckPayment(ErrorList errors, string path, IReadOnlyDictionary<string, string> metadata)
    {
        bool hasService = metadata.ContainsKey(PaidRoute.ServiceKey);
        string? payment = metadata.GetValueOrDefault(PaidRoute.PaymentKey);
        string? near = metadata.Keys.FirstOrDefault(key => ClosestMatch.Find(key, [PaidRoute.ServiceKey, PaidRoute.PaymentKey]) is not null);
        errors.AddIf(
            payment is not null and not PaidRoute.PaymentNone,
            $"{path}:{PaidRoute.PaymentKey}",
            $"{ErrorList.Quote(payment ?? "")} is not '{PaidRoute.PaymentNone}'",
            $"Write '{PaidRoute.PaymentNone}' for a route that everybody may call without payment, or name a service instead");
        errors.AddIf(
            hasService && payment is not null,
            path,
            "the route names a service and says that it is free",
            $"Keep one of {PaidRoute.ServiceKey} and {PaidRoute.PaymentKey}");
        errors.AddIf(
            !hasService && payment is null,
            path,
            "the route names no service and does not say that it is free" + (near is null ? "" : $" ({ErrorList.Quote(near)} is neither)"),
            $"Write \"{PaidRoute.ServiceKey}\": \"<name>\", or \"{PaidRoute.PaymentKey}\": \"{PaidRoute.PaymentNone}\" to let everybody call it without payment");
    }

    private static void CheckService(ErrorList errors, string path, RouteConfig route, IReadOnlyDictionary<string, ServiceOptions> services)
    {
        if (route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) is not { } name)
        {
            return;
        }

        if (!services.TryGetValue(name, out ServiceOptions? service))
        {
            errors.Add(
                $"{path}:{nameof(route.Metadata)}:{PaidRoute.ServiceKey}",
                $"there is no service {ErrorList.Quote(name)}",
                ClosestMatch.Choose(name, [.. services.Keys], ServiceRules.Services));
        }
        else if (service.Hosts.Length > 0 && route.Match?.Hosts is { Count: > 0 })
        {
            errors.Add(
                $"{path}:{nameof(route.Match)}:{nameof(RouteMatch.Hosts)}",
                "hosts are given here and at the service",
                $"Keep them in {ServiceRules.Services}:{name}:{nameof(service.Hosts)}");
        }
    }

    private static void CheckAmbiguity(ErrorList errors, IReadOnlyList<RouteConfig> routes, IReadOnlyDictionary<string, ServiceOptions> services)
    {
        // The calls of a route whose own match is an error are unknown.
        RouteReach[] reaches = [.. routes
            .Where(route => !errors.Touches($"{Routes}:{route.RouteId}:{nameof(route.Match)}"))
            .Select(route => new RouteReach(route, ServiceRoutes.HostsOf(route, services)))];
        for (int i = 0; i < reaches.Length; i++)
        {
            string path = $"{Routes}:{reaches[i].Id}:{nameof(RouteConfig.Match)}";
            if (s_ownMethods.GetValueOrDefault(reaches[i].Shape) is { } own)
            {
                errors.Add($"{path}:{nameof(RouteMatch.Path)}", $"the gateway answers {own} itself", "Remove the route, or give it the path of a service's method");
            }

            if (reaches[..i].FirstOrDefault(reaches[i].IsAmbiguousWith) is { } earlier)
            {
                errors.Add(
                    path,
                    $"the same calls match the route {ErrorList.Quote(earlier.Id)}, with the same order",
                    "Make them differ by host (Hosts of their services), by path or by Order");
            }
        }
    }
}
