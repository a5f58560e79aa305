namespace SnetGateway.Gateway.Heartbeats;

/// <summary>A service as its heartbeat tells of it.</summary>
/// <param name="Name">Its key in the configuration.</param>
/// <param name="ServiceId">Its id in the Registry.</param>
/// <param name="DaemonId">What identifies the gateway as the one of this service (docs/protocol/control-services.md, 'Daemon id').</param>
/// <param name="Hosts">The hosts that are its own; empty for any.</param>
/// <param name="Clusters">Where its routes lead.</param>
/// <param name="Check">How it is asked.</param>
internal sealed record HeartbeatTarget(
    string Name, string ServiceId, string DaemonId, IReadOnlyList<string> Hosts, IReadOnlyList<string> Clusters, HeartbeatOptions Check);
