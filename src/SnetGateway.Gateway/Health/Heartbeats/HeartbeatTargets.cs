namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>All services of a configuration, and which one a request is for. Immutable.</summary>
internal sealed class HeartbeatTargets(IReadOnlyList<HeartbeatTarget> all)
{
    public static HeartbeatTargets Empty { get; } = new([]);

    public IReadOnlyList<HeartbeatTarget> All => all;

    /// <summary>
    /// The service of that name; without a name the only one, or the one of the requested host. Null when none or several match.
    /// </summary>
    /// <param name="host">The authority of the request.</param>
    /// <param name="name">The path behind `/heartbeat/`.</param>
    public HeartbeatTarget? Find(HostString host, string name) => name.Length > 0
        ? all.FirstOrDefault(target => target.Name == name)
        : Only(all)
            ?? Only([.. all.Where(target => target.Hosts.Any(own => HostPattern.Matches(own, host)))])
            ?? Only([.. all.Where(target => target.Hosts.Count == 0)]);

    private static HeartbeatTarget? Only(IReadOnlyList<HeartbeatTarget> targets) => targets.Count == 1 ? targets[0] : null;
}

/// <summary>A service with a heartbeat.</summary>
/// <param name="Name">Its key in the configuration.</param>
/// <param name="ServiceId">Its id in the Registry.</param>
/// <param name="DaemonId">What identifies the gateway as the one of this service (docs/protocol/control-services.md, 'Daemon id').</param>
/// <param name="Hosts">Its hosts; empty for any.</param>
/// <param name="Clusters">The clusters of its routes.</param>
/// <param name="Check">How it is checked.</param>
internal sealed record HeartbeatTarget(
    string Name, string ServiceId, string DaemonId, IReadOnlyList<string> Hosts, IReadOnlyList<string> Clusters, HeartbeatOptions Check)
{
    /// <summary>The encoding of its messages, for `/encoding`.</summary>
    public string Encoding { get; init; } = EncodingEndpoint.Proto;
}

/// <summary>The heartbeat targets in force. Read at each use, so that a reload takes effect with the next one.</summary>
internal interface IHeartbeatTargets
{
    HeartbeatTargets Heartbeats { get; }
}
