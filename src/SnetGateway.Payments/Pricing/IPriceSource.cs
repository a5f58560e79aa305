using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Pricing;

/// <summary>What one call costs, in cogs. Fixed prices answer at once; others may ask.</summary>
public interface IPriceSource
{
    ValueTask<Price> PriceOfAsync(string method, CancellationToken cancellationToken);
}

/// <summary>A price, or why there is none.</summary>
public readonly struct Price
{
    private Price(UInt256 cogs, PaymentRefusal? refusal)
    {
        Cogs = cogs;
        Refusal = refusal;
    }

    public UInt256 Cogs { get; }

    public PaymentRefusal? Refusal { get; }

    public static Price Of(UInt256 cogs) => new(cogs, null);

    public static Price Refused(PaymentRefusal refusal) => new(default, refusal);
}
