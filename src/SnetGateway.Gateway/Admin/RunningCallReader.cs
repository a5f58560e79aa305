using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Settlement;

namespace SnetGateway.Gateway.Admin;

/// <summary>Reads the calls that run now.</summary>
internal sealed class RunningCallReader(CallClockPool clocks, TimeProvider time)
{
    /// <summary>The longest running ones first.</summary>
    /// <param name="limit">Most of them.</param>
    public IReadOnlyList<RunningCallView> Read(int limit) =>
        [.. clocks.All.Select(View).OfType<RunningCallView>().OrderByDescending(call => call.Seconds).Take(limit)];

    private RunningCallView? View(CallClock clock)
    {
        long started = clock.StartedAt;
        if (clock is not { Route: { } route, Method: { } method })
        {
            return null;
        }

        Reservation? payment = clock.Reservation;
        var view = new RunningCallView(
            route.ServiceName, route.RouteId, method, payment?.Payer.ToString(), payment?.Price.ToString(), payment?.IsSettled == true,
            Math.Round(time.GetElapsedTime(started).TotalSeconds, 3));
        return clock.StartedAt == started && ReferenceEquals(clock.Route, route) ? view : null; // else it serves another call now
    }
}

/// <summary>A call that runs.</summary>
/// <param name="Service">The configured service; null where its route names none.</param>
/// <param name="Route">The route's id.</param>
/// <param name="Method">The path that was called.</param>
/// <param name="Payer">Who pays; null before it is admitted, and without a payment.</param>
/// <param name="Price">What it costs, or costs at most, in cogs.</param>
/// <param name="IsPaid">Whether its payment is written, so that its response is sent.</param>
/// <param name="Seconds">How long it runs.</param>
internal sealed record RunningCallView(
    string? Service, string Route, string Method, string? Payer, string? Price, bool IsPaid, double Seconds);
