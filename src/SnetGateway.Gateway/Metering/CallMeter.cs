using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Metering;

/// <summary>Counts what one call uses, and says what it costs (docs/protocol/metered-price.md).</summary>
/// <param name="terms">What is counted, and what it costs.</param>
/// <param name="ceiling">The most that the call may cost, in cogs.</param>
/// <param name="time">The clock; it starts now.</param>
internal sealed class CallMeter(MeteredPrice terms, UInt256 ceiling, TimeProvider time)
{
    /// <summary>The trailer in which a service reports the price, and in which the gateway shows what was charged; in cogs.</summary>
    public const string Trailer = "snet-final-price-cogs";

    private const ulong UnitBytes = 1024;

    /// <summary>A unary response whose service took all of the paid time needs a moment to end.</summary>
    private static readonly TimeSpan s_lastMoment = TimeSpan.FromSeconds(1);

    private readonly long _start = time.GetTimestamp();
    private readonly ulong _paidUnits = terms.UnitsWithin(ceiling);
    private ulong _messages;
    private ulong _bytes;

    /// <summary>
    /// How long a response may still take after its first message; null where time does not count. Longer than any call is as good as that.
    /// </summary>
    public TimeSpan? PaidTimeLeft
    {
        get
        {
            if (terms.Unit != MeterUnit.Second || _paidUnits > TimeSpan.SecondsPerDay * 365)
            {
                return null;
            }

            TimeSpan left = TimeSpan.FromSeconds(_paidUnits) - time.GetElapsedTime(_start);
            return left > s_lastMoment ? left : s_lastMoment;
        }
    }

    /// <summary>
    /// Counts a message that is about to be sent. False when the ceiling does not pay for it. The first one is always sent: it is paid by
    /// the whole ceiling at most.
    /// </summary>
    /// <param name="length">Its bytes, without its header.</param>
    public bool TryCount(uint length)
    {
        if (_messages > 0 && Units(_messages + 1, _bytes + length) > _paidUnits)
        {
            return false;
        }

        _messages++;
        _bytes += length;
        return true;
    }

    /// <summary>What the call costs, in cogs. Null where the service should have reported it, and has not reported a valid price.</summary>
    public UInt256? FindPrice(HttpContext context) => terms.Unit == MeterUnit.Reported
        ? ReadReported(context)
        : terms.CostOf(Units(_messages, _bytes), ceiling);

    /// <summary>Shows the client what was charged, beside its status.</summary>
    public static void Show(HttpContext context, UInt256 charged)
    {
        IHeaderDictionary? trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        IHeaderDictionary? target = trailers?.ContainsKey(GrpcHeaderNames.Status) == true ? trailers
            : context.Response.HasStarted ? null
            : context.Response.Headers;
        if (target is { IsReadOnly: false })
        {
            target[Trailer] = charged.ToString();
        }
    }

    private UInt256? ReadReported(HttpContext context)
    {
        IHeaderDictionary? trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        StringValues values = default;
        return (trailers?.TryGetValue(Trailer, out values) == true || context.Response.Headers.TryGetValue(Trailer, out values))
            && values.Count == 1 && UInt256.TryParse(values[0], out UInt256 price) && price <= ceiling
            ? price
            : null;
    }

    private ulong Units(ulong messages, ulong bytes) => terms.Unit switch
    {
        MeterUnit.Message => messages,
        MeterUnit.Kibibyte => (bytes + UnitBytes - 1) / UnitBytes,
        MeterUnit.Second => (ulong)Math.Ceiling(time.GetElapsedTime(_start).TotalSeconds),
        _ => 0,
    };
}
