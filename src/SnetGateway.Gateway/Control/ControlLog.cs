using Grpc.Core;

namespace SnetGateway.Gateway.Control;

/// <summary>Log events of the gateway's own services. 6202 to 6299.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(EventId = 6202, EventName = "OwnMethodFailed", Level = LogLevel.Error,
        Message = "The gateway's own method {Method} failed; the client received no details. Please report this.")]
    public static partial void OwnMethodFailed(ILogger logger, string method, Exception exception);

    [LoggerMessage(EventId = 6203, EventName = "OwnStreamClosed", Level = LogLevel.Warning,
        Message = "Closed a stream of {Method}, because {Reason}. If this continues, someone may be trying to exhaust the gateway's "
            + "memory: check the load balancer or a firewall. ({Suppressed} similar events suppressed.)")]
    public static partial void OwnStreamClosed(ILogger logger, PathString method, string reason, long suppressed);

    [LoggerMessage(EventId = 6204, EventName = "ModelServiceFailed", Level = LogLevel.Warning,
        Message = "The model service of {Service} failed a training request: {Code}, {Text} ({Suppressed} similar events suppressed)")]
    public static partial void ModelServiceFailed(ILogger logger, string service, StatusCode code, string text, long suppressed);

    [LoggerMessage(EventId = 6205, EventName = "ModelsUnavailable", Level = LogLevel.Error,
        Message = "A training request failed because the ledger cannot be used: {Detail}. Check the store.")]
    public static partial void ModelsUnavailable(ILogger logger, string detail);

    [LoggerMessage(EventId = 6206, EventName = "ControlRequestsLimited", Level = LogLevel.Warning,
        Message = "A request of {Method} from {Client} exceeded its caller's limit. If the caller is honest, raise "
            + "Limits:ControlRequestsPerMinute; if the address is that of a load balancer, list it in TrustedProxies. "
            + "({Suppressed} similar events suppressed.)")]
    public static partial void ControlRequestsLimited(ILogger logger, string method, string client, long suppressed);
}
