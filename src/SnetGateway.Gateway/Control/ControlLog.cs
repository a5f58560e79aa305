namespace SnetGateway.Gateway.Control;

/// <summary>Log events of the gateway's own services. 6202 to 6299.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(EventId = 6202, EventName = "OwnMethodFailed", Level = LogLevel.Error,
        Message = "The gateway's own method {Method} failed; the client received no details. Please report this.")]
    public static partial void OwnMethodFailed(ILogger logger, string method, Exception exception);
}
