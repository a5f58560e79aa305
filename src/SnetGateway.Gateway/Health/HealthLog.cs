namespace SnetGateway.Gateway.Health;

/// <summary>Log events of health: the ledger's (3011, 3012), heartbeats (6101, 6102), gRPC health (6201).</summary>
internal static partial class HealthLog
{
    [LoggerMessage(EventId = 3011, EventName = "LedgerUnwritable", Level = LogLevel.Error,
        Message = "The ledger is not writable: {Reason} The gateway is not ready, and paid calls are refused, until it recovers.")]
    public static partial void LedgerUnwritable(ILogger logger, string reason);

    [LoggerMessage(EventId = 3012, EventName = "LedgerWritable", Level = LogLevel.Information, Message = "The ledger is writable again.")]
    public static partial void LedgerWritable(ILogger logger);

    [LoggerMessage(EventId = 6101, EventName = "HeartbeatFails", Level = LogLevel.Warning,
        Message = "Service {Service} failed its {Kind} heartbeat check, so /heartbeat and gRPC health report it as not serving. Check "
            + "the service.")]
    public static partial void HeartbeatFails(ILogger logger, string service, string kind);

    [LoggerMessage(EventId = 6102, EventName = "HeartbeatWorks", Level = LogLevel.Information,
        Message = "Service {Service} passes its {Kind} heartbeat check again.")]
    public static partial void HeartbeatWorks(ILogger logger, string service, string kind);

    [LoggerMessage(EventId = 6201, EventName = "HealthNotEvaluated", Level = LogLevel.Error,
        Message = "Could not evaluate gRPC health; the last published status stays in effect. Please report this.")]
    public static partial void HealthNotEvaluated(ILogger logger, Exception exception);
}
