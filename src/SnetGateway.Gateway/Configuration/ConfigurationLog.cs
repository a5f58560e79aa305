namespace SnetGateway.Gateway.Configuration;

internal static partial class ConfigurationLog
{
    [LoggerMessage(EventId = 1501, EventName = "ConfigurationReloaded", Level = LogLevel.Information, Message = "The new configuration of {File} is in force: {Services} services, {Routes} routes, {Clusters} clusters.")]
    public static partial void Reloaded(ILogger logger, string file, int services, int routes, int clusters);

    [LoggerMessage(EventId = 1502, EventName = "ConfigurationRefused", Level = LogLevel.Error, Message = "The new configuration of {File} is refused and the one before stays in force; {Count} errors:\n{Errors}")]
    public static partial void Refused(ILogger logger, string file, int count, string errors);

    [LoggerMessage(EventId = 1503, EventName = "ConfigurationNeedsRestart", Level = LogLevel.Warning, Message = "These changes in {File} are in force only after a restart: {Keys}.")]
    public static partial void NeedsRestart(ILogger logger, string file, string keys);

    [LoggerMessage(EventId = 1504, EventName = "ConfigurationReloadFailed", Level = LogLevel.Error, Message = "Reading the changed configuration of {File} failed; the one before stays in force.")]
    public static partial void ReloadFailed(ILogger logger, string file, Exception exception);
}
