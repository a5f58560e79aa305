namespace SnetGateway.Gateway.Heartbeats;

/// <summary>Log events of heartbeats.</summary>
internal static partial class HeartbeatLog
{
    [LoggerMessage(EventId = 6101, EventName = "HeartbeatFails", Level = LogLevel.Warning,
        Message = "Service {Service} failed its {Kind} heartbeat check, so /heartbeat reports it as not serving. Check the service.")]
    public static partial void HeartbeatFails(ILogger logger, string service, string kind);
}
