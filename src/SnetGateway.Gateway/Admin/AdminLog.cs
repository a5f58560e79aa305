using System.Net;

namespace SnetGateway.Gateway.Admin;

/// <summary>Log events of the admin listener. 1801 to 1899.</summary>
internal static partial class AdminLog
{
    [LoggerMessage(EventId = 1801, EventName = "AdminUnauthorized", Level = LogLevel.Warning,
        Message = "Refused a request for {Path} of the admin listener by {Client}, which has no valid token. ({Suppressed} similar events "
            + "suppressed.)")]
    public static partial void Unauthorized(ILogger logger, PathString path, IPAddress? client, long suppressed);

    [LoggerMessage(EventId = 1802, EventName = "SampleFailed", Level = LogLevel.Warning,
        Message = "A sample for charts could not be taken. Calls are not affected. Please report this.")]
    public static partial void SampleFailed(ILogger logger, Exception exception);
}
