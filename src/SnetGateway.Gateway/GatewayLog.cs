using System.Net;

namespace SnetGateway.Gateway;

/// <summary>Log events of the process as a whole. 1010 to 1019.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(
        EventId = 1010, EventName = "Started", Level = LogLevel.Information,
        Message = "Listening on {Public} for consumers and on {Admin} for the operator.")]
    public static partial void Started(ILogger logger, IPEndPoint @public, IPEndPoint admin);

    [LoggerMessage(
        EventId = 1011, EventName = "RequestFaulted", Level = LogLevel.Error,
        Message = "An exception in the gateway ended a request for {Path}. Please report this.")]
    public static partial void RequestFaulted(ILogger logger, PathString path, Exception exception);
}
