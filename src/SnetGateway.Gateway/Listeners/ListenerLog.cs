using System.Net;

namespace SnetGateway.Gateway.Listeners;

/// <summary>What the listeners say.</summary>
internal static partial class ListenerLog
{
    [LoggerMessage(EventId = 1002, EventName = "UndecidedAborted", Level = LogLevel.Debug,
        Message = "A connection did not show its protocol within {Timeout} and was closed.")]
    public static partial void UndecidedAborted(ILogger logger, TimeSpan timeout);

    [LoggerMessage(EventId = 1003, EventName = "TooManyUndecided", Level = LogLevel.Warning,
        Message = "A connection was closed, because {Limit} others have not yet shown their protocol.")]
    public static partial void TooManyUndecided(ILogger logger, int limit);

    [LoggerMessage(EventId = 1004, EventName = "UndecidedClosed", Level = LogLevel.Debug,
        Message = "A connection ended before it showed its protocol.")]
    public static partial void UndecidedClosed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 1005, EventName = "AcceptFailed", Level = LogLevel.Critical,
        Message = "The port {Address} accepts no more connections.")]
    public static partial void AcceptFailed(ILogger logger, IPEndPoint address, Exception exception);

    [LoggerMessage(EventId = 1006, EventName = "NoProxyHeader", Level = LogLevel.Warning,
        Message = "A connection from the trusted proxy {Proxy} did not begin with a PROXY header and was closed.")]
    public static partial void NoProxyHeader(ILogger logger, EndPoint? proxy);
}
