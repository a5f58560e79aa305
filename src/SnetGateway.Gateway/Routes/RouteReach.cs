using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Routes;

/// <summary>Which calls a route takes, as far as two routes can be compared without a call.</summary>
/// <param name="route">A route with a valid path.</param>
/// <param name="hostsOfService">Hosts of its service, which hold where the route names none.</param>
internal sealed class RouteReach(RouteConfig route, IReadOnlyList<string> hostsOfService)
{
    private readonly int _order = route.Order ?? 0;
    private readonly IReadOnlyList<string> _hosts = route.Match?.Hosts is { Count: > 0 } hosts ? hosts : hostsOfService;
    private readonly IReadOnlyList<string> _methods = route.Match?.Methods ?? [];

    /// <summary>Conditions, which YARP's records compare; values in one order.</summary>
    private readonly HashSet<RouteHeader> _headers =
        [.. (route.Match?.Headers ?? []).Select(header => header with { Values = Sorted(header.Values) })];
    private readonly HashSet<RouteQueryParameter> _query =
        [.. (route.Match?.QueryParameters ?? []).Select(parameter => parameter with { Values = Sorted(parameter.Values) })];

    public string Id { get; } = route.RouteId;

    /// <summary>Its hosts with a star, in upper case.</summary>
    public IEnumerable<string> Patterns =>
        _hosts.Where(host => host.StartsWith("*.", StringComparison.Ordinal)).Select(host => host.ToUpperInvariant());

    /// <summary>See <see cref="PathPattern.ShapeOf(string?)"/>.</summary>
    public string Shape { get; } = PathPattern.ShapeOf(route.Match?.Path);

    /// <summary>Its path with each of its hosts: routes that have none of them in common are not ambiguous.</summary>
    public IEnumerable<(string, string)> Places => _hosts.DefaultIfEmpty("").Select(host => (Shape, host.ToUpperInvariant()));

    /// <summary>
    /// Whether routing could not choose between both: same path, order and conditions, a host in common, a method in common. Routes with
    /// different conditions on headers or query count as distinct.
    /// </summary>
    public bool IsAmbiguousWith(RouteReach other) =>
        Shape == other.Shape
            && _order == other._order
            && _headers.SetEquals(other._headers)
            && _query.SetEquals(other._query)
            && ((_hosts.Count == 0 && other._hosts.Count == 0) || Overlap(_hosts, other._hosts))
            && (_methods.Count == 0 || other._methods.Count == 0 || Overlap(_methods, other._methods));

    private static string[] Sorted(IEnumerable<string>? values) =>
        [.. (values ?? []).Order(StringComparer.Ordinal).OrderBy(value => value, StringComparer.OrdinalIgnoreCase)];

    private static bool Overlap(IReadOnlyList<string> left, IReadOnlyList<string> right) =>
        left.Intersect(right, StringComparer.OrdinalIgnoreCase).Any();
}
