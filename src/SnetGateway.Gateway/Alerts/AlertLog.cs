namespace SnetGateway.Gateway.Alerts;

/// <summary>Log events of alerts. 1720 to 1729. No hook gets them: hooks get the alerts.</summary>
internal static partial class AlertLog
{
    [LoggerMessage(EventId = 1720, EventName = "AlertFires", Level = LogLevel.Warning,
        Message = "Alert {Alert} ({Severity}) {Subject}: {Summary} {Remedy}")]
    public static partial void Fires(ILogger logger, string alert, string severity, string subject, string summary, string remedy);

    [LoggerMessage(EventId = 1721, EventName = "AlertResolved", Level = LogLevel.Information,
        Message = "Alert {Alert} {Subject} has ended after {Duration}.")]
    public static partial void Resolved(ILogger logger, string alert, string subject, TimeSpan duration);

    [LoggerMessage(EventId = 1722, EventName = "AlertsNotEvaluated", Level = LogLevel.Error,
        Message = "Some rules of alerts cannot be evaluated; their alerts stay as they were. Please report this. It is logged once until "
            + "they can be evaluated.")]
    public static partial void NotEvaluated(ILogger logger, Exception exception);
}
