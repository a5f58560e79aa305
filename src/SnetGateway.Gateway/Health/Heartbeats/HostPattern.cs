namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>Hosts as routing matches them: one without a port takes every port, a star any name in front.</summary>
internal static class HostPattern
{
    /// <summary>The rank of hosts that do not match.</summary>
    public const int NoMatch = 5;

    private const string Any = "*";
    private const string AnySubdomain = "*.";

    /// <summary>The authority of a request, with the port of its scheme where it names none.</summary>
    public static HostString AuthorityOf(HttpRequest request) =>
        request.Host.Port is null ? new HostString(request.Host.Host, request.IsHttps ? 443 : 80) : request.Host;

    /// <summary>Whether the <see cref="AuthorityOf">authority of a request</see> is one of these; of none, every one is.</summary>
    public static bool IsAny(IReadOnlyCollection<string>? patterns, HostString host) =>
        patterns is not { Count: > 0 } || patterns.Any(pattern => Matches(pattern, host));

    /// <summary>How near the hosts of a service are to the authority of a request, as routing orders them: the lowest is chosen.</summary>
    public static int RankOf(IReadOnlyCollection<string> patterns, HostString host) => patterns.Count == 0
        ? NoMatch - 1
        : patterns.Where(pattern => Matches(pattern, host))
            .Select(pattern => (pattern.StartsWith('*') ? 2 : 0) + (new HostString(pattern).Port is null ? 1 : 0))
            .DefaultIfEmpty(NoMatch).Min();

    public static bool Matches(string pattern, HostString host)
    {
        var own = new HostString(pattern);
        if (own.Port is { } port && port != host.Port)
        {
            return false;
        }

        return own.Host == Any
            || (own.Host.StartsWith(AnySubdomain, StringComparison.Ordinal)
                ? host.Host.EndsWith(own.Host[1..], StringComparison.OrdinalIgnoreCase)
                : string.Equals(own.Host, host.Host, StringComparison.OrdinalIgnoreCase));
    }
}
