using SnetGateway.Payments.Limits;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Limits;

/// <summary>One configured budget.</summary>
/// <param name="name">Its name in the configuration, which names its records too.</param>
/// <param name="options">The budget.</param>
/// <param name="parts">What this replica has of it.</param>
internal sealed class Budget(string name, BudgetOptions options, LimitParts parts)
{
    private readonly UInt256 _limit = UInt256.Parse(options.Cogs);

    public string Name => name;

    public BudgetOptions Options => options;

    public bool Covers(string? service) => string.IsNullOrEmpty(options.Service) || options.Service == service;

    /// <summary>The part that calls of this payer use.</summary>
    public PartedLimit Of(Address payer) => parts.OfBudget(name, options.Per == RateOptions.Payer ? LimitKey.Of(payer) : default);

    /// <summary>
    /// What of the day is used: what all replicas have taken, less what this one has left. Throws what a read of the store throws.
    /// </summary>
    /// <param name="payer">Whose; for a budget of all callers it does not matter.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask<UInt256> UsedAsync(Address payer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        LimitKey key = options.Per == RateOptions.Payer ? LimitKey.Of(payer) : default;
        UInt256 taken = await parts.Create($"budget {name}", key).ReadTakenAsync(DayOf(now), cancellationToken);
        return taken.SaturatingSubtract(parts.LeftOf(name, key, DayOf(now)));
    }

    /// <summary>
    /// What a call needs. The latest day that a replica was in counts for all: a wrong clock must not let a budget be spent twice.
    /// </summary>
    public PartRequest Request(UInt256 price, DateTimeOffset now) =>
        new(DayOf(now), _limit, price, UInt256.Zero, MaxAhead: long.MaxValue);

    /// <summary>The number of the day.</summary>
    public static long DayOf(DateTimeOffset now) => now.UtcTicks / TimeSpan.TicksPerDay;

    /// <summary>The time until the next day.</summary>
    public static TimeSpan Rest(DateTimeOffset now) => TimeSpan.FromTicks(TimeSpan.TicksPerDay - (now.UtcTicks % TimeSpan.TicksPerDay));
}
