namespace SnetGateway.Gateway.Draining;

/// <summary>Log events of draining.</summary>
internal static partial class DrainLog
{
    [LoggerMessage(EventId = 1601, EventName = "InstanceRemoved", Level = LogLevel.Information,
        Message = "Instance {Instance} of cluster {Cluster} has left the configuration; {Calls} calls still run on it.")]
    public static partial void InstanceRemoved(ILogger logger, string instance, string cluster, int calls);

    [LoggerMessage(EventId = 1602, EventName = "InstanceDrained", Level = LogLevel.Information,
        Message = "The last call on instance {Instance} of cluster {Cluster} has ended, {After} after the instance left the "
            + "configuration.")]
    public static partial void InstanceDrained(ILogger logger, string instance, string cluster, TimeSpan after);

    [LoggerMessage(EventId = 1603, EventName = "Draining", Level = LogLevel.Information,
        Message = "The gateway is stopping; {Calls} calls still run, for {Limit} at most.")]
    public static partial void Draining(ILogger logger, long calls, TimeSpan limit);
}
