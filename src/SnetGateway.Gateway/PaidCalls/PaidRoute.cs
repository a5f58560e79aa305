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

    public PaidRoute(RouteConfig config)
    {
        RouteId = config.RouteId;
        ServiceName = config.Metadata?.GetValueOrDefault(ServiceKey);
        IsPaid = config.Metadata?.GetValueOrDefault(PaymentKey) != PaymentNone;
    }

    public string RouteId { get; }

    /// <summary>The configured service that is paid; null where none is named.</summary>
    public string? ServiceName { get; }

    public bool IsPaid { get; }
}
