using System.Collections.Concurrent;
using SnetGateway.Payments.Usage;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Usage;

/// <summary>
/// The sums of one day. Paths and payers are the consumers' choice, so the number of sums is bounded: beyond it calls are counted to their
/// service, and at last to all services.
/// </summary>
internal sealed class CountedDay(DateOnly day)
{
    /// <summary>The rest is for the sums of services and of all together.</summary>
    private const int MaxOfMethods = UsageDay.MaxSums * 3 / 4;

    private readonly ConcurrentDictionary<(string Service, string Method, Address? Payer), UsageCount> _counts = new();
    private int _bytes;

    public DateOnly Day => day;

    public UsageCount Of(string service, string method, Address payer) =>
        _counts.TryGetValue((service, method, payer), out UsageCount? count) ? count
        : TryAdd(service, method, payer, MaxOfMethods)
            ?? (_counts.TryGetValue((service, "", null), out count) ? count : TryAdd(service, "", null, UsageDay.MaxSums - UsageDay.MaxSum))
            ?? _counts.GetOrAdd(("", "", null), _ => new UsageCount());

    public UsageSum[] Read() => [.. _counts.Select(pair => pair.Value.Read(pair.Key.Service, pair.Key.Method, pair.Key.Payer))];

    private UsageCount? TryAdd(string service, string method, Address? payer, int limit)
    {
        int size = UsageDay.SizeOf(service, method);
        if (Interlocked.Add(ref _bytes, size) <= limit)
        {
            return _counts.GetOrAdd((service, method, payer), _ => new UsageCount());
        }

        Interlocked.Add(ref _bytes, -size);
        return null;
    }
}

/// <summary>One sum that is being counted.</summary>
internal sealed class UsageCount
{
    private readonly Lock _gate = new();
    private ulong _calls;
    private UInt256 _cogs;
    private ulong _microseconds;

    public void Add(UInt256 cogs, TimeSpan duration)
    {
        lock (_gate)
        {
            _calls++;
            _cogs = _cogs.SaturatingAdd(cogs);
            _microseconds += (ulong)duration.TotalMicroseconds;
        }
    }

    public UsageSum Read(string service, string method, Address? payer)
    {
        lock (_gate)
        {
            return new UsageSum(service, method, payer, _calls, _cogs, _microseconds);
        }
    }
}
