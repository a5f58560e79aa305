using SnetGateway.Gateway.Metering;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>A call whose price is known when it has ended.</summary>
/// <param name="context">The request.</param>
/// <param name="route">The route.</param>
/// <param name="reservation">The payment, whose price is the ceiling.</param>
/// <param name="clock">When the call must end.</param>
/// <param name="meter">Counts what it uses.</param>
internal sealed class MeteredCall(HttpContext context, PaidRoute route, Reservation reservation, CallClock clock, CallMeter meter)
    : ForwardedCall(context, route, reservation, clock)
{
    private UInt256? _charged;

    public CallMeter Meter => meter;

    public override UInt256 Charged => _charged ?? base.Charged;

    /// <summary>
    /// Gives back what a settled call did not use. Before the client gets its status, so that its next call can use the credit.
    /// </summary>
    public async ValueTask GiveBackAsync(ILogger logger)
    {
        if (meter.FindPrice(Context) is { } price)
        {
            _charged = await Reservation!.GiveBackAsync(price);
            return;
        }

        _charged = Reservation!.Price;
        if (IsComplete)
        {
            MeteringLog.FinalPriceInvalid(logger, Route.RouteId, Context.Request.Path, CallMeter.Trailer, Reservation.Price);
        }
    }

    /// <summary>Shows the client what was charged, if anything was.</summary>
    public void ShowPrice()
    {
        if (_charged is { } charged)
        {
            CallMeter.Show(Context, charged);
        }
    }
}
