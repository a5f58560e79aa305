namespace SnetGateway.Gateway.Hooks;

/// <summary>Log events of hooks. 1710 to 1719. No hook gets them.</summary>
internal static partial class HookLog
{
    [LoggerMessage(EventId = 1710, EventName = "HookFails", Level = LogLevel.Warning,
        Message = "The hook {Hook} cannot deliver: {Reason} Its events are kept and delivered later, or counted where there are too many. "
            + "Check SnetGateway:Log:Hooks:{Hook} and its destination. This is logged once until a delivery succeeds.")]
    public static partial void Fails(ILogger logger, string hook, string reason);

    [LoggerMessage(EventId = 1711, EventName = "HookWorks", Level = LogLevel.Information, Message = "The hook {Hook} delivers again.")]
    public static partial void Works(ILogger logger, string hook);

    [LoggerMessage(EventId = 1712, EventName = "HookNotCreated", Level = LogLevel.Error,
        Message = "The hook {Hook} cannot be created, so it delivers nothing: {Reason} Correct SnetGateway:Log:Hooks:{Hook} and restart.")]
    public static partial void NotCreated(ILogger logger, string hook, string reason);
}
