using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Limits;

namespace SnetGateway.Payments.Pricing;

/// <summary>What is called, as far as its payment depends on it.</summary>
/// <param name="Service">The configured service.</param>
/// <param name="Method">The full gRPC path, `/package.Service/Method`.</param>
public readonly record struct PaidCall(PaidService Service, string Method)
{
    /// <summary>Its limits; null where none are configured.</summary>
    public CallLimits? Limits { get; init; }
}

/// <summary>A service as the payment core sees it. One object per service and configuration, shared by its calls.</summary>
/// <param name="Name">The configured name, for the journal.</param>
/// <param name="Group">Who is paid.</param>
/// <param name="Prices">What a call costs.</param>
/// <param name="Timeout">Time to its first byte; zero is unlimited, null is the time that holds for all services.</param>
public sealed record PaidService(string Name, PaymentGroup Group, IPriceSource Prices, TimeSpan? Timeout = null)
{
    /// <summary>Whether several calls of one channel may run at the same time, each with its own voucher.</summary>
    public bool TakesVouchers { get; init; }

    /// <summary>How the price of a call is metered; null where it is known before the call.</summary>
    public MeteredPrice? Metered { get; init; }

    /// <summary>Whether a client may sign less than the price, and so use its credit.</summary>
    public bool TakesCredit => TakesVouchers || Metered is not null;

    /// <summary>Its free calls; null without any.</summary>
    public FreeCallOffer? FreeCalls { get; init; }

    /// <summary>Whether its users train models: then it also takes escrow payments by the name `train-call`.</summary>
    public bool HasTraining { get; init; }
}
