using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Usage;
using SnetGateway.Payments.Usage;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Admin;

/// <summary>
/// Calls that were charged today (UTC), by service and by payer: those that this process counted, and the daily sums of all others of the
/// ledger, which are up to two minutes old. A process that was killed leaves out its last minute: `usage` reads the journal, which has all.
/// </summary>
internal sealed class EarningsReader(UsageCounters counters, UsageDays days, TimeProvider time) : IDisposable
{
    /// <summary>Others write their sums once a minute, so they are read no more often.</summary>
    private static readonly TimeSpan s_freshness = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _reading = new(1);
    private (long At, DateOnly Day, UsageSum[] Sums)? _others;

    /// <summary>Throws what a read of the ledger throws.</summary>
    /// <param name="payers">So many of those who spend most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask<EarnedToday> ReadAsync(int payers, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        UsageSum[] all = [.. await OthersAsync(today, cancellationToken), .. Own(today)];
        return new EarnedToday(
            today, Calls(all), Cogs(all).ToString(),
            [.. all.GroupBy(sum => sum.Service, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new ServiceEarnings(group.Key, Calls(group), Cogs(group).ToString(), Seconds(group)))],
            [.. all.Where(sum => sum.Payer is not null).GroupBy(sum => sum.Payer!.Value)
                .Select(group => (Payer: group.Key, Calls: Calls(group), Cogs: Cogs(group)))
                .OrderByDescending(payer => payer.Cogs).ThenByDescending(payer => payer.Calls).Take(payers)
                .Select(payer => new PayerSpending(AddressText.Checksum(payer.Payer), payer.Calls, payer.Cogs.ToString()))]);
    }

    public void Dispose() => _reading.Dispose();

    private static ulong Calls(IEnumerable<UsageSum> sums) => sums.Aggregate(0UL, (sum, one) => sum + one.Calls);

    private static UInt256 Cogs(IEnumerable<UsageSum> sums) =>
        sums.Aggregate(UInt256.Zero, (sum, one) => sum.SaturatingAdd(one.Cogs));

    private static double Seconds(IEnumerable<UsageSum> sums) => sums.Sum(one => one.Microseconds / 1e6);

    private UsageSum[] Own(DateOnly today) => [.. counters.Days.Where(day => day.Day == today).SelectMany(day => day.Read())];

    private async ValueTask<UsageSum[]> OthersAsync(DateOnly today, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_others is { } known && known.Day == today && time.GetElapsedTime(known.At) < s_freshness)
            {
                return known.Sums;
            }

            List<UsageSum> sums = [];
            await foreach (UsageDay day in days.ReadAsync(today, today, cancellationToken))
            {
                sums.AddRange(day.Process == counters.Process ? [] : day.Sums);
            }

            _others = (time.GetTimestamp(), today, [.. sums]);
            return _others.Value.Sums;
        }
        finally
        {
            _reading.Release();
        }
    }
}

/// <summary>What was charged on one day (UTC).</summary>
/// <param name="Day">The day.</param>
/// <param name="Calls">Charged calls.</param>
/// <param name="Cogs">What they cost.</param>
/// <param name="Services">The same of each service; the one without a name has the rest, which has no separate sums.</param>
/// <param name="Payers">Those who spent most, the first one first.</param>
internal sealed record EarnedToday(
    DateOnly Day, ulong Calls, string Cogs, IReadOnlyList<ServiceEarnings> Services, IReadOnlyList<PayerSpending> Payers);

/// <summary>What one service earned.</summary>
/// <param name="Service">Its configured name.</param>
/// <param name="Calls">Charged calls.</param>
/// <param name="Cogs">What they cost.</param>
/// <param name="Seconds">How long they took together.</param>
internal sealed record ServiceEarnings(string Service, ulong Calls, string Cogs, double Seconds);

/// <summary>What one payer spent.</summary>
/// <param name="Payer">The channel's sender, or the user of free calls.</param>
/// <param name="Calls">Charged calls.</param>
/// <param name="Cogs">What they cost.</param>
internal sealed record PayerSpending(string Payer, ulong Calls, string Cogs);
