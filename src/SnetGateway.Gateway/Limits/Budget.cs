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

    public bool Covers(string? service) => string.IsNullOrEmpty(options.Service) || options.Service == service;

    /// <summary>The part that calls of this payer use.</summary>
    public PartedLimit Of(Address payer) => parts.OfBudget(name, options.Per == RateOptions.Payer ? LimitKey.Of(payer) : default);

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
