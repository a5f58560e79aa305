namespace SnetGateway.Gateway.Control;

/// <summary>Lines about the gateway's own services. 6201 to 6299.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(EventId = 6201, EventName = "HealthNotEvaluated", Level = LogLevel.Error,
        Message = "What gRPC health says could not be looked up; what it said last stands until it can. Report this.")]
    public static partial void HealthNotEvaluated(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 6202, EventName = "OwnMethodFailed", Level = LogLevel.Error,
        Message = "The gateway's own method {Method} failed; the client received no details. Report this.")]
    public static partial void OwnMethodFailed(ILogger logger, string method, Exception exception);
}
