namespace SnetGateway.Gateway.Configuration;

internal static partial class ConfigurationLog
{
    [LoggerMessage(EventId = 1501, EventName = "ConfigurationReloaded", Level = LogLevel.Information,
        Message = "The changed configuration file {File} is in force: {Services} services, {Routes} routes, {Clusters} clusters. "
            + "Changed: {Changes}.")]
    public static partial void Reloaded(ILogger logger, string file, int services, int routes, int clusters, string changes);

    [LoggerMessage(EventId = 1502, EventName = "ConfigurationRefused", Level = LogLevel.Error,
        Message = "The changed configuration file {File} has {Count} errors, so the previous configuration stays in force. "
            + "Correct the file:\n{Errors}")]
    public static partial void Refused(ILogger logger, string file, int count, string errors);

    [LoggerMessage(EventId = 1503, EventName = "ConfigurationNeedsRestart", Level = LogLevel.Warning,
        Message = "These changes in {File} take effect only after a restart: {Keys}.")]
    public static partial void NeedsRestart(ILogger logger, string file, string keys);

    [LoggerMessage(EventId = 1504, EventName = "ConfigurationReloadFailed", Level = LogLevel.Error,
        Message = "Could not read the changed configuration file {File}; the previous configuration stays in force. Please report this.")]
    public static partial void ReloadFailed(ILogger logger, string file, Exception exception);
}
