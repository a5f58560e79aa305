using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Metering;

/// <summary>Log events of metered prices. 2020 to 2029.</summary>
internal static partial class MeteringLog
{
    [LoggerMessage(EventId = 2020, EventName = "FinalPriceInvalid", Level = LogLevel.Warning,
        Message = "The service ended {Method} on route {Route} without a valid price in its trailer {Trailer}. The ceiling of {Ceiling} "
            + "cogs stays charged. Make the service report a whole number of cogs, at most the ceiling, at the end of each call.")]
    public static partial void FinalPriceInvalid(ILogger logger, string route, PathString method, string trailer, UInt256 ceiling);
}
