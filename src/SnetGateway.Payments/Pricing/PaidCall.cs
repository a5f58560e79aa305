using SnetGateway.Payments.Channels;

namespace SnetGateway.Payments.Pricing;

/// <summary>What is called, as far as paying for it needs to know.</summary>
/// <param name="Service">The configured service.</param>
/// <param name="Method">The full gRPC path, `/package.Service/Method`.</param>
public readonly record struct PaidCall(PaidService Service, string Method);

/// <summary>A service as its payments see it. One object per service and configuration; calls only refer to it.</summary>
/// <param name="Name">The configured name, for the journal.</param>
/// <param name="Group">Who is paid.</param>
/// <param name="Prices">What a call costs.</param>
/// <param name="Timeout">How long it may take to its first byte, zero for ever; null for the time of all services.</param>
public sealed record PaidService(string Name, PaymentGroup Group, IPriceSource Prices, TimeSpan? Timeout = null);
