using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Logging;

namespace SnetGateway.Gateway.Limits;

/// <summary>The rates and budgets in force. A reload keeps the counts of those that it does not change.</summary>
internal sealed class CallLimiter : IDisposable
{
    private readonly LimitMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<CallLimiter> _logger;
    private readonly LimitParts _parts;
    private readonly LogThrottle _refused;
    private readonly IDisposable? _changes;
    private LimitSet? _limits;

    public CallLimiter(
        IOptionsMonitor<LimitOptions> options, LimitParts parts, LimitMetrics metrics, TimeProvider time, ILogger<CallLimiter> logger)
    {
        (_metrics, _time, _logger, _parts) = (metrics, time, logger, parts);
        _refused = new LogThrottle(time);
        Apply(options.CurrentValue);
        _changes = options.OnChange(Apply);
    }

    /// <summary>The limits in force; null where none are configured.</summary>
    public LimitSet? Current => Volatile.Read(ref _limits);

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>The limits of a call, or null where none are configured.</summary>
    /// <param name="context">The request.</param>
    /// <param name="service">The service that its route names; null for none.</param>
    public LimitedCall? Begin(HttpContext context, string? service) =>
        Volatile.Read(ref _limits) is { } limits ? new LimitedCall(this, limits, context, service) : null;

    /// <summary>Counts a call that a limit refuses.</summary>
    /// <param name="limit">Its name in the configuration.</param>
    /// <param name="call">The call.</param>
    public void Refused(string limit, LimitedCall call)
    {
        _metrics.Refused(limit);
        if (_refused.TryTake(out long suppressed))
        {
            LimitLog.CallLimited(_logger, limit, call.Path, call.Caller, suppressed);
        }
    }

    public void Dispose() => _changes?.Dispose();

    private void Apply(LimitOptions options)
    {
        ImmutableArray<RateLimit> before = _limits?.Rates ?? [];

        // Those of single payers first: a payer above its own rate uses nothing of what all have together.
        ImmutableArray<RateLimit> rates = [.. options.Rates
            .OrderBy(rate => rate.Value.Per == RateOptions.All).ThenBy(rate => rate.Key, StringComparer.Ordinal)
            .Select(rate => before.FirstOrDefault(known => known.Name == rate.Key && known.Options == rate.Value)
                ?? new RateLimit(rate.Key, rate.Value, key => _parts.Create($"rate {rate.Key}", key)))];
        ImmutableArray<Budget> budgets = [.. options.Budgets.Select(budget => new Budget(budget.Key, budget.Value, _parts))];
        foreach (string name in rates.Select(rate => rate.Name).Concat(budgets.Select(budget => budget.Name)))
        {
            _metrics.Begin(name);
        }

        Volatile.Write(ref _limits, rates.IsEmpty && budgets.IsEmpty ? null : new LimitSet(rates, budgets));
    }
}

/// <summary>The limits that a call sees: those in force when it came.</summary>
internal sealed record LimitSet(ImmutableArray<RateLimit> Rates, ImmutableArray<Budget> Budgets);
