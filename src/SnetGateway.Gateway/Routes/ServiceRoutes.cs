using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.PaidCalls;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Routes;

/// <summary>How routes and services belong together.</summary>
internal static class ServiceRoutes
{
    /// <summary>Hosts of the service that a route names; empty for any host, and where there is no such service.</summary>
    public static string[] HostsOf(RouteConfig route, IReadOnlyDictionary<string, ServiceOptions> services) =>
        services.GetValueOrDefault(route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) ?? "")?.Hosts ?? [];

    /// <summary>The route with the hosts of its service, where it has none of its own.</summary>
    public static RouteConfig WithHosts(RouteConfig route, IReadOnlyDictionary<string, ServiceOptions> services) =>
        HostsOf(route, services) is { Length: > 0 } hosts && route.Match?.Hosts is not { Count: > 0 }
            ? route with { Match = (route.Match ?? new RouteMatch()) with { Hosts = hosts } }
            : route;

    /// <summary>The clusters that the routes of each service lead to.</summary>
    public static ILookup<string, string> Clusters(IEnumerable<RouteConfig> routes) => routes
        .Where(route => route.ClusterId is not null)
        .ToLookup(route => route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) ?? "", route => route.ClusterId!);
}
