using Microsoft.Extensions.Logging;

namespace SnetGateway.Grpc.Server;

/// <summary>What the endpoints have to say; ids 8001 to 8099.</summary>
internal static partial class GrpcServerLog
{
    [LoggerMessage(EventId = 8001, EventName = "GrpcMethodFailed", Level = LogLevel.Error, Message = "The method {Method} failed; the client was told nothing but that.")]
    public static partial void MethodFailed(ILogger logger, string method, Exception exception);

    [LoggerMessage(EventId = 8002, EventName = "GrpcClientLeft", Level = LogLevel.Debug, Message = "The client of {Method} left before its end.")]
    public static partial void ClientLeft(ILogger logger, string method);

    [LoggerMessage(EventId = 8003, EventName = "GrpcCallEnded", Level = LogLevel.Debug, Message = "A call of {Method} ended with status {Code}.")]
    public static partial void CallEnded(ILogger logger, string method, int code);

    [LoggerMessage(EventId = 8004, EventName = "GrpcRequestRefused", Level = LogLevel.Information, Message = "A request for {Method} was answered with HTTP status {HttpStatus}: {Reason}.")]
    public static partial void RequestRefused(ILogger logger, string method, int httpStatus, string reason);
}
