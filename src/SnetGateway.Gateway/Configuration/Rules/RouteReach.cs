using SnetGateway.Gateway.PaidCalls;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>Which calls a route takes, as far as two routes can be compared without a call at hand.</summary>
/// <param name="RouteId">Its id.</param>
/// <param name="Hosts">Hosts of its calls; empty for any.</param>
/// <param name="Shape">Its path, without the names of parameters.</param>
/// <param name="Methods">HTTP methods of its calls; empty for any.</param>
/// <param name="Order">What goes first where several match.</param>
/// <param name="Conditions">On headers and query, in one order and case.</param>
internal sealed record RouteReach(
    string RouteId, IReadOnlyCollection<string> Hosts, string Shape, IReadOnlyCollection<string> Methods, int Order, IReadOnlyCollection<string> Conditions)
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
            PathPattern.ShapeOf(route.Match?.Path),
            route.Match?.Methods ?? [],
            route.Order ?? 0,
            [.. ConditionsOf(route.Match ?? new RouteMatch()).Order(StringComparer.Ordinal)]);
    }

    /// <summary>
    /// True where routing could not choose: same path, order and conditions, a host in common, a method in common. Other conditions on headers
    /// or query are taken to tell routes apart.
    /// </summary>
    public bool MeansTheSameAs(RouteReach other) =>
        Order == other.Order
            && Shape == other.Shape
            && Conditions.SequenceEqual(other.Conditions)
            && Meet(Hosts, other.Hosts)
            && (Methods.Count == 0 || other.Methods.Count == 0 || Meet(Methods, other.Methods));

    private static IEnumerable<string> ConditionsOf(RouteMatch match) =>
    [
        .. (match.Headers ?? []).Select(header => Condition("header", header.Name, header.Mode.ToString(), header.Values, header.IsCaseSensitive)),
        .. (match.QueryParameters ?? []).Select(query => Condition("query", query.Name, query.Mode.ToString(), query.Values, query.IsCaseSensitive)),
    ];

    private static string Condition(string kind, string? name, string mode, IEnumerable<string>? values, bool isCaseSensitive) => string.Join(
        '\n',
        [
            kind,
            name?.ToUpperInvariant(),
            mode,
            isCaseSensitive ? "as written" : "any case",
            .. (values ?? []).Select(value => isCaseSensitive ? value : value.ToUpperInvariant()).Order(StringComparer.Ordinal),
        ]);

    private static bool Meet(IReadOnlyCollection<string> left, IReadOnlyCollection<string> right) =>
        (left.Count == 0 && right.Count == 0) || left.Intersect(right, StringComparer.OrdinalIgnoreCase).Any();
}
