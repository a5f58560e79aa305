namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>Hosts as routing matches them: one without a port takes every port, a star any name in front.</summary>
internal static class HostPattern
{
    private const string AnySubdomain = "*.";

    /// <summary>Whether the authority of a request is one of these; of none, every one is.</summary>
    public static bool IsAny(IReadOnlyCollection<string>? patterns, HostString host) =>
        patterns is not { Count: > 0 } || patterns.Any(pattern => Matches(pattern, host));

    public static bool Matches(string pattern, HostString host)
    {
        var own = new HostString(pattern);
        if (own.Port is { } port && port != host.Port)
        {
            return false;
        }

        return own.Host.StartsWith(AnySubdomain, StringComparison.Ordinal)
            ? host.Host.EndsWith(own.Host[1..], StringComparison.OrdinalIgnoreCase)
            : string.Equals(own.Host, host.Host, StringComparison.OrdinalIgnoreCase);
    }
}
