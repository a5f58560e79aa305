using Grpc.Core;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>What the paid path says. Refusals are information, a leaving client is debug, a fault is an error.</summary>
internal static partial class PaidCallLog
{
    [LoggerMessage(EventId = 2001, EventName = "PaymentRefused", Level = LogLevel.Information,
        Message = "Payment for {Method} on route {Route} refused: {Reason}, {Text}")]
    public static partial void PaymentRefused(ILogger logger, string route, PathString method, RefusalReason reason, string text);

    [LoggerMessage(EventId = 2002, EventName = "CallRefused", Level = LogLevel.Information,
        Message = "Call of {Method} on route {Route} refused: {Code}, {Text}")]
    public static partial void CallRefused(ILogger logger, string route, PathString method, StatusCode code, string text);

    [LoggerMessage(EventId = 2003, EventName = "PaymentNotRecorded", Level = LogLevel.Warning,
        Message = "The answer to {Method} on route {Route} was withheld, its payment was not recorded: {Text}")]
    public static partial void PaymentNotRecorded(ILogger logger, string route, PathString method, string text);

    [LoggerMessage(EventId = 2004, EventName = "ClientDisconnected", Level = LogLevel.Debug,
        Message = "The client ended its call of {Method} on route {Route}: {Code}")]
    public static partial void ClientDisconnected(ILogger logger, string route, PathString method, StatusCode code);

    [LoggerMessage(EventId = 2005, EventName = "SettleFaulted", Level = LogLevel.Error,
        Message = "A payment's settle failed in a way it never should; the answer was withheld.")]
    public static partial void SettleFaulted(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2006, EventName = "CallFaulted", Level = LogLevel.Error,
        Message = "The gateway failed at a call of {Method} on route {Route}.")]
    public static partial void CallFaulted(ILogger logger, string route, PathString method, Exception exception);

    [LoggerMessage(EventId = 2007, EventName = "RouteWithoutService", Level = LogLevel.Error,
        Message = "Route {Route} names service '{Service}', which is not configured; its calls are refused.")]
    public static partial void RouteWithoutService(ILogger logger, string route, string service);
}
