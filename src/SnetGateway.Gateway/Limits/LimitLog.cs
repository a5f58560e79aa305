namespace SnetGateway.Gateway.Limits;

/// <summary>Log events of the configured limits. 2101 to 2199.</summary>
internal static partial class LimitLog
{
    [LoggerMessage(EventId = 2101, EventName = "CallLimited", Level = LogLevel.Warning,
        Message = "The limit {Limit} refused a call of {Method} by {Caller}. If the caller is honest, raise it in Limits; if it is the "
            + "address of a load balancer, list that in TrustedProxies. ({Suppressed} similar events suppressed.)")]
    public static partial void CallLimited(ILogger logger, string limit, PathString method, string caller, long suppressed);
}
