namespace SnetGateway.Gateway.Heartbeats;

/// <summary>A service with a heartbeat.</summary>
/// <param name="Name">Its key in the configuration.</param>
/// <param name="ServiceId">Its id in the Registry.</param>
/// <param name="DaemonId">What identifies the gateway as the one of this service (docs/protocol/control-services.md, 'Daemon id').</param>
/// <param name="Hosts">Its hosts; empty for any.</param>
/// <param name="Clusters">The clusters of its routes.</param>
/// <param name="Check">How it is checked.</param>
internal sealed record HeartbeatTarget(
    string Name, string ServiceId, string DaemonId, IReadOnlyList<string> Hosts, IReadOnlyList<string> Clusters, HeartbeatOptions Check);
