using System.Numerics;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Usage;

/// <summary>Adds lines and durations up by day (UTC), service, method and payer.</summary>
public sealed class UsageTotals
{
    private readonly Dictionary<(DateOnly Day, string Service, string Method, Address? Payer), Addends> _totals = [];

    /// <summary>The totals, by day, service, method, payer.</summary>
    public IEnumerable<UsageTotal> Ordered => _totals
        .OrderBy(pair => pair.Key.Day)
        .ThenBy(pair => pair.Key.Service, StringComparer.Ordinal)
        .ThenBy(pair => pair.Key.Method, StringComparer.Ordinal)
        .ThenBy(pair => pair.Key.Payer?.ToString(), StringComparer.Ordinal)
        .Select(pair => new UsageTotal(
            pair.Key.Day, pair.Key.Service, pair.Key.Method, pair.Key.Payer, pair.Value.Calls, pair.Value.Cogs, pair.Value.Timed,
            TimeSpan.FromMicroseconds((double)pair.Value.Microseconds)));

    public void Add(UsageLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        Addends total = Of(DateOnly.FromDateTime(line.At.UtcDateTime), line.Service, line.Method, line.Payer);
        total.Calls += line.Calls;
        total.Cogs += line.Cogs;
    }

    /// <summary>Adds the durations of a process, and nothing else of what it counted: calls and cogs are those of the journal.</summary>
    public void AddDurations(UsageDay day)
    {
        ArgumentNullException.ThrowIfNull(day);
        foreach (UsageSum sum in day.Sums)
        {
            Addends total = Of(day.Day, sum.Service, sum.Method, sum.Payer);
            total.Timed += sum.Calls;
            total.Microseconds += sum.Microseconds;
        }
    }

    private Addends Of(DateOnly day, string service, string method, Address? payer)
    {
        (DateOnly, string, string, Address?) key = (day, service, method, payer);
        if (!_totals.TryGetValue(key, out Addends? total))
        {
            total = new Addends();
            _totals.Add(key, total);
        }

        return total;
    }

    private sealed class Addends
    {
        public ulong Calls { get; set; }

        public BigInteger Cogs { get; set; }

        public ulong Timed { get; set; }

        public ulong Microseconds { get; set; }
    }
}

/// <summary>Usage of one method by one payer on one day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Service">The configured name of the service.</param>
/// <param name="Method">The path that was called; empty for durations that are known for the whole service only.</param>
/// <param name="Payer">The channel's sender, or the user of free calls; null where that is not known.</param>
/// <param name="Calls">Charged calls, by the ledger's journal.</param>
/// <param name="Cogs">What they cost.</param>
/// <param name="TimedCalls">Calls of which the duration is known. The durations of the last minute before a kill are lost.</param>
/// <param name="Duration">Their durations together.</param>
public sealed record UsageTotal(
    DateOnly Day, string Service, string Method, Address? Payer, ulong Calls, BigInteger Cogs, ulong TimedCalls, TimeSpan Duration);
