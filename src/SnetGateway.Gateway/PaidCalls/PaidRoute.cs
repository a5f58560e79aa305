using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// What a route says about payment, read once when the route is built and carried by its endpoint. Paid unless said otherwise: only
/// `Payment: none` frees a route, and a route that names no service can be called by nobody.
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
