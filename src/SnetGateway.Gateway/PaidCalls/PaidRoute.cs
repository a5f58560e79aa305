using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Whether a route is paid, and for which service; read once when the route is built and carried by its endpoint. Paid unless the route
/// says `Payment: none` (rule 21); a paid route that names no service cannot be called.
/// </summary>
internal sealed class PaidRoute
{
    public const string ServiceKey = "Service";
    public const string PaymentKey = "Payment";
    public const string PaymentNone = "none";

    /// <summary>The price of each call on this route in cogs, in place of its service's price.</summary>
    public const string PriceKey = "PriceCogs";

    private readonly IPriceSource? _prices;
    private Repriced? _repriced;

    public PaidRoute(RouteConfig config)
    {
        RouteId = config.RouteId;
        ServiceName = config.Metadata?.GetValueOrDefault(ServiceKey);
        IsPaid = config.Metadata?.GetValueOrDefault(PaymentKey) != PaymentNone;
        if (config.Metadata?.GetValueOrDefault(PriceKey) is { } cogs)
        {
            _prices = new FixedPrice(UInt256.Parse(cogs));
        }
    }

    public string RouteId { get; }

    /// <summary>The configured service that is paid; null where none is named.</summary>
    public string? ServiceName { get; }

    public bool IsPaid { get; }

    /// <summary>The methods that metrics name.</summary>
    public MethodNames Methods { get; } = new();

    /// <summary>The service with the route's own price, if it has one. The same object for each call until a reload.</summary>
    public PaidService WithPrice(PaidService service)
    {
        if (_prices is null)
        {
            return service;
        }

        Repriced? kept = Volatile.Read(ref _repriced);
        if (!ReferenceEquals(kept?.Configured, service))
        {
            kept = new Repriced(service, service with { Prices = _prices });
            Volatile.Write(ref _repriced, kept);
        }

        return kept.Service;
    }

    private sealed record Repriced(PaidService Configured, PaidService Service);
}
