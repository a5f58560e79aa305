using SnetGateway.Payments.Records;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Health;

/// <summary>
/// Whether the ledger is writable: probed twice a second by a durable write that changes nothing. A full disk must take the gateway out of
/// its load balancer within a second, with calls or without, and free space must bring it back without a restart.
/// </summary>
internal sealed class LedgerHealth(IRecordStore store, Readiness readiness, TimeProvider time, ILogger<LedgerHealth> logger)
    : BackgroundService
{
    /// <summary>A store over a network is probed more often: it can fail silently.</summary>
    private readonly TimeSpan _interval = TimeSpan.FromMilliseconds(store.IsShared ? 250 : 500);

    /// <summary>
    /// A disk that fails reports an error, and one that is only busy may take longer than an interval without a fault. A store over a
    /// network may be noticed only by its silence; with the interval this limit is below one second.
    /// </summary>
    private readonly TimeSpan _hangLimit = TimeSpan.FromMilliseconds(store.IsShared ? 700 : 2_000);

    private readonly FailureLog _failures = new(
        reason => HealthLog.LedgerUnwritable(logger, reason), () => HealthLog.LedgerWritable(logger));

    /// <summary>Whether the last probe succeeded; true before the first.</summary>
    public bool IsWritable => !_failures.IsFailing;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Add("ledger", () => IsWritable ? null : "cannot be written");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await ProbeAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Shutdown.
        }
    }

    /// <summary>
    /// Every exception of the store counts as not writable, and only shutdown ends the probing: a store may fail in ways that it did not
    /// foresee, and the gateway must survive them, leave its load balancer and return when writes succeed again.
    /// </summary>
    private async ValueTask ProbeAsync(CancellationToken stoppingToken)
    {
        Task? probe = null;
        try
        {
            // A disk that hangs is as unusable as a full one.
            probe = store.ProbeAsync(stoppingToken).AsTask();
            await probe.WaitAsync(_hangLimit, time, stoppingToken);
            _failures.Succeeded();
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            Abandon(probe);
            _failures.Failed(exception.Message);
        }
    }

    /// <summary>A probe that timed out ends later. Its failure was counted, and must not be reported as an unobserved exception.</summary>
    private static void Abandon(Task? probe) => _ = probe?.ContinueWith(
        static ended => _ = ended.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
