using Grpc.Core;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.Backends;

/// <summary>Log events of calls to services.</summary>
internal static partial class BackendLog
{
    [LoggerMessage(EventId = 5001, EventName = "CallFailed", Level = LogLevel.Warning,
        Message = "The service of route {Route} failed the call to {Method}: {Code}, {Text} ({ForwarderError}: {Detail})")]
    public static partial void CallFailed(
        ILogger logger, string route, PathString method, StatusCode code, string text, ForwarderError forwarderError, string? detail);

    [LoggerMessage(EventId = 5002, EventName = "ResponseUnusable", Level = LogLevel.Warning,
        Message = "The response of a service of cluster {Cluster} to {Method} cannot be used: {Code}, {Text} ({Detail})")]
    public static partial void ResponseUnusable(ILogger logger, string cluster, string method, StatusCode code, string text, string detail);

    [LoggerMessage(EventId = 5003, EventName = "InstanceUnreachable", Level = LogLevel.Warning,
        Message = "No connection to instance {Instance} of cluster {Cluster} can be opened: {Detail}. Other instances get its calls for "
            + "{Period}.")]
    public static partial void InstanceUnreachable(ILogger logger, string instance, string cluster, string detail, TimeSpan period);
}
