namespace SnetGateway.Gateway.Heartbeats;

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
    public HeartbeatTarget? Find(HostString host, string name)
    {
        if (name.Length > 0)
        {
            return all.FirstOrDefault(subject => subject.Name == name);
        }

        return Only(all) ?? Only([.. all.Where(subject => subject.Hosts.Any(own => HostPattern.Matches(own, host)))]) ?? Only([.. all.Where(subject => subject.Hosts.Count == 0)]);
    }

    private static HeartbeatTarget? Only(IReadOnlyList<HeartbeatTarget> subjects) => subjects.Count == 1 ? subjects[0] : null;
}

/// <summary>The heartbeat targets in force. Read at each use, so that a reload takes effect with the next one.</summary>
internal interface IHeartbeatTargets
{
    HeartbeatTargets Heartbeats { get; }
}
