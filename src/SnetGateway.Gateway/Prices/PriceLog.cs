using Grpc.Core;

namespace SnetGateway.Gateway.Prices;

/// <summary>Log events of prices.</summary>
internal static partial class PriceLog
{
    [LoggerMessage(EventId = 5004, EventName = "PriceNotDetermined", Level = LogLevel.Warning,
        Message = "The service did not name the price of a call to {Method} on route {Route}: {Code}, {Text}. The call was refused. "
            + "{Suppressed} more since the last such line.")]
    public static partial void PriceNotDetermined(
        ILogger logger, string method, string route, StatusCode code, string text, long suppressed);
}
