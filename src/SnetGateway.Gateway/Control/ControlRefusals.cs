using System.Globalization;
using Grpc.Core;
using SnetGateway.Gateway.Logging;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// The errors of the control methods: UNKNOWN with the reference's text, or RESOURCE_EXHAUSTED for a caller over the limit
/// (docs/protocol/control-services.md, 'Limits').
/// </summary>
internal sealed class ControlRefusals(TimeProvider time, OwnMethodMetrics metrics, ILogger<ControlRefusals> logger)
{
    private readonly LogThrottle _limited = new(time);

    /// <param name="text">The error's text, or <see cref="RequestBudgets.Refusal"/>.</param>
    /// <param name="context">The call.</param>
    public RpcException Of(string text, ServerCallContext context) => text == RequestBudgets.Refusal
        ? TooMany(text, context)
        : new RpcException(new Status(StatusCode.Unknown, text));

    /// <summary>The error of a caller over the limit. It is counted.</summary>
    public RpcException TooMany(string text, ServerCallContext context)
    {
        Note(context);
        string seconds = RequestBudgets.Period.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return new RpcException(new Status(StatusCode.ResourceExhausted, text), new Metadata { { "retry-after", seconds } });
    }

    /// <summary>Counts a request of a caller over the limit.</summary>
    public void Note(ServerCallContext context)
    {
        metrics.Limited(context.Method);
        if (_limited.TryTake(out long suppressed))
        {
            string client = PrintableText.Of(context.Peer);
            ControlLog.ControlRequestsLimited(logger, context.Method, client, suppressed);
        }
    }
}
