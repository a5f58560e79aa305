namespace SnetGateway.Gateway.Logging;

/// <summary>Log events of the log itself. 1701 to 1709.</summary>
internal static partial class LogLog
{
    [LoggerMessage(EventId = 1701, EventName = "LogFilesFail", Level = LogLevel.Error,
        Message = "Log files cannot be written, compressed or removed: {Reason} The console has every line. Check the disk and the "
            + "folder.")]
    public static partial void FilesFail(ILogger logger, string reason);
}
