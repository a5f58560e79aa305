namespace SnetGateway.Gateway.Heartbeats;

/// <summary>What is said about services' own heartbeats.</summary>
internal static partial class HeartbeatLog
{
    [LoggerMessage(EventId = 6101, EventName = "HeartbeatFails", Level = LogLevel.Warning,
        Message = "The service {Service} does not answer its {Kind} heartbeat, so /heartbeat says that it does not work")]
    public static partial void HeartbeatFails(ILogger logger, string service, string kind);
}
