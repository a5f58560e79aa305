using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Usage;

namespace SnetGateway.Gateway.Usage;

/// <summary>
/// Writes this process's daily sums to the ledger's store: once a minute where something was counted, and when the last call has ended.
/// </summary>
internal sealed class UsagePublisher(
    UsageCounters counters, UsageDays days, ListenerAddresses listeners, CommonTimer timers, TimeProvider time)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<DateOnly, ulong> _written = [];
    private Task _publishing = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _publishing = RunAsync();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _publishing;
        await PublishAsync();
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        using PeriodicTimer timer = timers.Every(s_interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await PublishAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Shutdown.
        }
    }

    private async Task PublishAsync()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (CountedDay day in counters.Days)
        {
            UsageSum[] sums = day.Read();
            ulong calls = sums.Aggregate(0UL, (sum, one) => sum + one.Calls);
            bool isWritten = _written.GetValueOrDefault(day.Day) == calls || await TryWriteAsync(day.Day, sums, now);
            if (isWritten)
            {
                _written[day.Day] = calls;
                if (day.Day.DayNumber < DateOnly.FromDateTime(now.UtcDateTime).DayNumber - 1)
                {
                    counters.Drop(day); // no call that began on it can still run and be counted to it
                    _written.Remove(day.Day);
                }
            }
        }
    }

    /// <summary>A store that fails is logged and shown by what needs it; here the next minute tries again.</summary>
    private async Task<bool> TryWriteAsync(DateOnly day, UsageSum[] sums, DateTimeOffset now)
    {
        try
        {
            return await days.WriteAsync(
                new UsageDay
                {
                    Day = day, Process = counters.Process, Name = $"{Environment.MachineName} {listeners.Admin}", At = now, Sums = sums,
                },
                CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
