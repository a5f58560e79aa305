using System.Net;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Log messages of the listeners.</summary>
internal static partial class ListenerLog
{
    [LoggerMessage(EventId = 1002, EventName = "UndecidedAborted", Level = LogLevel.Debug,
        Message = "Closed a connection that sent no recognisable protocol within {Timeout}.")]
    public static partial void UndecidedAborted(ILogger logger, TimeSpan timeout);

    [LoggerMessage(EventId = 1003, EventName = "TooManyUndecided", Level = LogLevel.Warning,
        Message = "Closed the oldest of {Limit} connections that have not sent their first bytes, because another one was opened. If this "
            + "continues, someone may be opening idle connections: check the load balancer or a firewall. ({Suppressed} similar events "
            + "suppressed.)")]
    public static partial void TooManyUndecided(ILogger logger, int limit, long suppressed);

    [LoggerMessage(EventId = 1004, EventName = "UndecidedClosed", Level = LogLevel.Debug,
        Message = "A connection ended before its protocol was known.")]
    public static partial void UndecidedClosed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1005, EventName = "AcceptFailed", Level = LogLevel.Critical,
        Message = "The port {Address} accepts no more connections. Restart the gateway and report this.")]
    public static partial void AcceptFailed(ILogger logger, IPEndPoint address, Exception exception);

    [LoggerMessage(EventId = 1006, EventName = "NoProxyHeader", Level = LogLevel.Warning,
        Message = "Closed a connection from the trusted proxy {Proxy}, because it did not begin with a PROXY header. Turn the PROXY "
            + "protocol on there, or remove it from TrustedProxies.")]
    public static partial void NoProxyHeader(ILogger logger, EndPoint? proxy);
}
