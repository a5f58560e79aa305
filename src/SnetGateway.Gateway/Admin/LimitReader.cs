using SnetGateway.Gateway.Limits;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Admin;

/// <summary>Reads the configured rates and budgets, and what of the budgets is used.</summary>
internal sealed class LimitReader(CallLimiter limiter)
{
    /// <summary>Throws what a read of the ledger throws.</summary>
    /// <param name="payer">Whose use of budgets that count each payer; null leaves that out.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<LimitsView> ReadAsync(Address? payer, CancellationToken cancellationToken)
    {
        LimitSet? limits = limiter.Current;
        DateTimeOffset now = limiter.Now;
        var budgets = new List<BudgetView>();
        foreach (Budget budget in limits?.Budgets ?? [])
        {
            bool isKnown = budget.Options.Per != RateOptions.Payer || payer is not null;
            UInt256? used = isKnown ? await budget.UsedAsync(payer ?? default, now, cancellationToken) : null;
            budgets.Add(new BudgetView(budget.Name, budget.Options.Per, budget.Options.Service, budget.Options.Cogs, used?.ToString()));
        }

        return new LimitsView(
            [.. (limits?.Rates ?? []).Select(rate => new RateView(
                rate.Name, rate.Options.Per, rate.Options.Service, rate.Options.Method, rate.Options.Calls, rate.Options.Period,
                rate.Options.Burst, rate.Options.Running, rate.Options.Shared))],
            budgets);
    }
}

/// <summary>The configured limits.</summary>
/// <param name="Rates">Limits on the number of calls.</param>
/// <param name="Budgets">Spending caps of a day.</param>
internal sealed record LimitsView(IReadOnlyList<RateView> Rates, IReadOnlyList<BudgetView> Budgets);

/// <summary>A rate, by the names of its options.</summary>
internal sealed record RateView(
    string Name, string Per, string? Service, string? Method, int Calls, TimeSpan Period, int Burst, int Running, bool Shared);

/// <summary>A budget.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Per">Whose spending counts together: `payer` or `all`.</param>
/// <param name="Service">The service whose calls count; null for all.</param>
/// <param name="Cogs">The cap for each day.</param>
/// <param name="Used">What of it is used today; other replicas' parts count as used. Null where it depends on a payer that was not
/// named.</param>
internal sealed record BudgetView(string Name, string Per, string? Service, string Cogs, string? Used);
