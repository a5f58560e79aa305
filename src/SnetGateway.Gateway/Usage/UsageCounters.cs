using System.Security.Cryptography;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Usage;

/// <summary>Counts the charged calls of this process by day (UTC), service, method and payer, with their durations.</summary>
internal sealed class UsageCounters(TimeProvider time)
{
    private readonly Lock _turning = new();
    private volatile CountedDay[] _days = [];

    /// <summary>The number of this process in the records of daily sums, which no other has.</summary>
    public ulong Process { get; } = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>The days since the start that are not dropped, oldest first.</summary>
    public IReadOnlyList<CountedDay> Days => _days;

    /// <summary>A charged call has ended.</summary>
    /// <param name="service">The configured name of the service.</param>
    /// <param name="method">The path that was called.</param>
    /// <param name="payer">The channel's sender, or the user of free calls.</param>
    /// <param name="cogs">What the call costs.</param>
    /// <param name="duration">Time from the call to the end of its response.</param>
    public void Charged(string service, string method, Address payer, UInt256 cogs, TimeSpan duration)
    {
        var day = DateOnly.FromDayNumber((int)(time.GetUtcNow().UtcTicks / TimeSpan.TicksPerDay));
        CountedDay[] days = _days;
        CountedDay today = days.Length > 0 && days[^1].Day == day ? days[^1] : Turn(day);
        today.Of(service, method, payer).Add(cogs, duration);
    }

    /// <summary>Forgets a day that is over and written.</summary>
    public void Drop(CountedDay day)
    {
        lock (_turning)
        {
            _days = [.. _days.Where(other => other != day)];
        }
    }

    /// <summary>The day of a call, a new one after midnight. A clock that was set back continues an earlier day.</summary>
    private CountedDay Turn(DateOnly day)
    {
        lock (_turning)
        {
            if (Array.Find(_days, known => known.Day == day) is { } known)
            {
                return known;
            }

            var next = new CountedDay(day);
            _days = [.. _days.Append(next).OrderBy(one => one.Day)];
            return next;
        }
    }
}
