using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Routes;

/// <summary>Which calls a route takes, as far as two routes can be compared without a call.</summary>
internal sealed class RouteReach
{
    private readonly IReadOnlyList<string> _hosts;
    private readonly IReadOnlyList<string> _methods;

    /// <summary>Path without the names of parameters, order, and conditions on headers and query, in one order and case.</summary>
    private readonly string _conditions;

    /// <param name="route">A route with a valid path.</param>
    /// <param name="hostsOfService">Hosts of its service, which hold where the route names none.</param>
    public RouteReach(RouteConfig route, IReadOnlyList<string> hostsOfService)
    {
        RouteMatch match = route.Match ?? new RouteMatch();
        Id = route.RouteId;
        Shape = PathPattern.ShapeOf(match.Path);
        _hosts = match.Hosts is { Count: > 0 } hosts ? hosts : hostsOfService;
        _methods = match.Methods ?? [];
        IEnumerable<string> headers = (match.Headers ?? [])
            .Select(header => Condition($"header {header.Mode}", header.Name, header.Values, header.IsCaseSensitive));
        IEnumerable<string> query = (match.QueryParameters ?? [])
            .Select(parameter => Condition($"query {parameter.Mode}", parameter.Name, parameter.Values, parameter.IsCaseSensitive));
        _conditions = string.Join('\n', [Shape, $"{route.Order ?? 0}", .. headers.Concat(query).Order(StringComparer.Ordinal)]);
    }

    public string Id { get; }

    /// <summary>See <see cref="PathPattern.ShapeOf(string?)"/>.</summary>
    public string Shape { get; }

    /// <summary>
    /// Whether routing could not choose between both: same path, order and conditions, a host in common, a method in common. Routes with
    /// different conditions on headers or query count as distinct.
    /// </summary>
    public bool IsAmbiguousWith(RouteReach other) =>
        _conditions == other._conditions
            && ((_hosts.Count == 0 && other._hosts.Count == 0) || Overlap(_hosts, other._hosts))
            && (_methods.Count == 0 || other._methods.Count == 0 || Overlap(_methods, other._methods));

    private static string Condition(string kind, string? name, IEnumerable<string>? values, bool isCaseSensitive)
    {
        IEnumerable<string> texts = (values ?? []).Select(value => isCaseSensitive ? value : value.ToUpperInvariant());
        return string.Join('\0', [kind, name?.ToUpperInvariant(), $"{isCaseSensitive}", .. texts.Order(StringComparer.Ordinal)]);
    }

    private static bool Overlap(IReadOnlyList<string> left, IReadOnlyList<string> right) =>
        left.Intersect(right, StringComparer.OrdinalIgnoreCase).Any();
}
