using SnetGateway.Gateway.Draining;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Usage;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Admin;

/// <summary>The samples of the last six hours, one each ten seconds, in memory only.</summary>
internal sealed class Samples(
    UsageCounters usage, PaidCallMetrics calls, RunningCalls running, UnclaimedReader unclaimed, Readiness readiness, CommonTimer timers,
    TimeProvider time, ILogger<Samples> logger) : BackgroundService
{
    internal const int Capacity = 6 * 60 * 6;

    private const int MaxServices = 20;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<Sample> _samples = new();
    private SampleCounts _before = new(new Dictionary<(DateOnly, string), ServiceSum>(), 0, 0, 0, 0);

    /// <summary>Those after a time, oldest first.</summary>
    public IReadOnlyList<Sample> Read(DateTimeOffset? after)
    {
        lock (_gate)
        {
            return [.. _samples.Where(sample => after is null || sample.At > after)];
        }
    }

    /// <summary>Takes a sample.</summary>
    internal void Take()
    {
        UnclaimedAmounts amounts = unclaimed.Read(next: 0);
        SampleCounts now = Count();
        (string Service, ServiceSum Sum)[] services =
            [.. Since(now).OrderByDescending(service => service.Sum.Cogs).ThenByDescending(service => service.Sum.Calls)];
        ServiceSum all = Sum(services.Select(service => service.Sum));
        var sample = new Sample(
            time.GetUtcNow(), all.Calls, all.Cogs.ToString(), all.Seconds, now.Refused - _before.Refused, now.Failed - _before.Failed,
            now.Disconnected - _before.Disconnected, now.NotRecorded - _before.NotRecorded, running.Count, amounts.Total, amounts.AtRisk,
            amounts.Head, readiness.Problems().Count == 0,
            [.. services.Take(MaxServices).Select(service => new ServiceEarnings(
                service.Service, service.Sum.Calls, service.Sum.Cogs.ToString(), service.Sum.Seconds))]);
        _before = now;
        lock (_gate)
        {
            if (_samples.Count == Capacity)
            {
                _samples.Dequeue();
            }

            _samples.Enqueue(sample);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = timers.Every(s_interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Take();
            }
            catch (Exception exception)
            {
                AdminLog.SampleFailed(logger, exception); // it is for charts only, and must not end the gateway
            }
        }
    }

    private static ServiceSum Sum(IEnumerable<ServiceSum> sums) => sums.Aggregate(
        default(ServiceSum),
        (sum, one) => new ServiceSum(sum.Calls + one.Calls, sum.Cogs.SaturatingAdd(one.Cogs), sum.Seconds + one.Seconds));

    private SampleCounts Count() => new(
        usage.Days.SelectMany(day => day.Read().GroupBy(sum => (day.Day, sum.Service))).ToDictionary(
            group => group.Key,
            group => Sum(group.Select(sum => new ServiceSum(sum.Calls, sum.Cogs, sum.Microseconds / 1e6)))),
        calls.Ended(PaidCallOutcome.Refused), calls.Ended(PaidCallOutcome.ServiceFailed),
        calls.Ended(PaidCallOutcome.ClientDisconnected), calls.Ended(PaidCallOutcome.NotRecorded));

    /// <summary>What each service earned since the last sample.</summary>
    private IEnumerable<(string Service, ServiceSum Sum)> Since(SampleCounts now) => now.Services
        .Select(pair => (pair.Key.Service, Sum: pair.Value.Less(_before.Services.GetValueOrDefault(pair.Key))))
        .Where(pair => pair.Sum.Calls > 0)
        .GroupBy(pair => pair.Service, StringComparer.Ordinal)
        .Select(group => (group.Key, Sum(group.Select(pair => pair.Sum))));

    private readonly record struct ServiceSum(ulong Calls, UInt256 Cogs, double Seconds)
    {
        public ServiceSum Less(ServiceSum before) =>
            new(Calls - before.Calls, Cogs.SaturatingSubtract(before.Cogs), Seconds - before.Seconds);
    }

    private sealed record SampleCounts(
        IReadOnlyDictionary<(DateOnly Day, string Service), ServiceSum> Services, long Refused, long Failed, long Disconnected,
        long NotRecorded);
}
