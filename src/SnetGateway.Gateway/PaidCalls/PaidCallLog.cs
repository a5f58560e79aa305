using System.Net;
using Grpc.Core;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Log events of paid calls. Refusals are information, a disconnected client is debug, a fault is an error.</summary>
internal static partial class PaidCallLog
{
    [LoggerMessage(EventId = 2001, EventName = "PaymentRefused", Level = LogLevel.Information,
        Message = "Payment for {Method} on route {Route} refused: {Reason}, {Text} ({Payer}, from {Address})")]
    public static partial void PaymentRefused(
        ILogger logger, string route, PathString method, RefusalReason reason, string text, string payer, IPAddress? address);

    [LoggerMessage(EventId = 2002, EventName = "CallRefused", Level = LogLevel.Information,
        Message = "Call to {Method} on route {Route} refused: {Code}, {Text}")]
    public static partial void CallRefused(ILogger logger, string route, PathString method, StatusCode code, string text);

    [LoggerMessage(EventId = 2003, EventName = "PaymentNotRecorded", Level = LogLevel.Warning,
        Message = "The response to {Method} on route {Route} was withheld because its payment was not recorded: {Text}")]
    public static partial void PaymentNotRecorded(ILogger logger, string route, PathString method, string text);

    [LoggerMessage(EventId = 2004, EventName = "ClientDisconnected", Level = LogLevel.Debug,
        Message = "The client ended its call to {Method} on route {Route}: {Code}")]
    public static partial void ClientDisconnected(ILogger logger, string route, PathString method, StatusCode code);

    [LoggerMessage(EventId = 2005, EventName = "SettleFaulted", Level = LogLevel.Error,
        Message = "Settling a payment failed unexpectedly; the response was withheld. Please report this.")]
    public static partial void SettleFaulted(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2006, EventName = "CallFaulted", Level = LogLevel.Error,
        Message = "An exception in the gateway ended a call to {Method} on route {Route}. Please report this.")]
    public static partial void CallFaulted(ILogger logger, string route, PathString method, Exception exception);

    [LoggerMessage(EventId = 2007, EventName = "RouteWithoutService", Level = LogLevel.Error,
        Message = "Route {Route} names service '{Service}', which is not configured. Its calls are refused.")]
    public static partial void RouteWithoutService(ILogger logger, string route, string service);

    /// <summary>A payment that adds nothing is how `call` and other clients ask for a price: nothing for the operator.</summary>
    [LoggerMessage(EventId = 2008, EventName = "PriceAsked", Level = LogLevel.Debug,
        Message = "A payment that adds nothing asked for the price of {Method} on route {Route}: {Text}")]
    public static partial void PriceAsked(ILogger logger, string route, PathString method, string text);
}
