using SnetGateway.Gateway.PaidCalls;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>Which calls a route takes, as far as two routes can be compared without a call at hand.</summary>
internal sealed record RouteReach(string RouteId, IReadOnlyCollection<string> Hosts, string Path, IReadOnlyCollection<string> Methods, int? Order, bool HasConditions)
{
    public static RouteReach Of(RouteConfig route, IReadOnlyDictionary<string, ServiceOptions> services)
    {
        IReadOnlyCollection<string> hosts = route.Match?.Hosts ?? [];
        if (hosts.Count == 0
            && route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) is { } name
            && services.TryGetValue(name, out ServiceOptions? service))
        {
            hosts = service.Hosts;
        }

        return new RouteReach(
            route.RouteId,
            hosts,
            (route.Match?.Path ?? "").Trim('/'),
            route.Match?.Methods ?? [],
            route.Order,
            route.Match?.Headers is { Count: > 0 } || route.Match?.QueryParameters is { Count: > 0 });
    }

    /// <summary>
    /// True where routing could not choose: same path and order, a host in common, a method in common. Conditions on headers or query are
    /// taken to tell routes apart.
    /// </summary>
    public bool MeansTheSameAs(RouteReach other) =>
        !HasConditions && !other.HasConditions
            && Order == other.Order
            && string.Equals(Path, other.Path, StringComparison.OrdinalIgnoreCase)
            && Meet(Hosts, other.Hosts)
            && (Methods.Count == 0 || other.Methods.Count == 0 || Meet(Methods, other.Methods));

    private static bool Meet(IReadOnlyCollection<string> left, IReadOnlyCollection<string> right) =>
        (left.Count == 0 && right.Count == 0) || left.Intersect(right, StringComparer.OrdinalIgnoreCase).Any();
}
