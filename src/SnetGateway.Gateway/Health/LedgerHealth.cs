using SnetGateway.Gateway.Hosting;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Settlement;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Health;

/// <summary>
/// Whether the ledger is writable: probed by a durable write that changes nothing. While payments are written, a full disk must take the
/// gateway out of its load balancer within a second, and free space must bring it back without a restart. An idle gateway probes rarely,
/// because each probe is synced to disk, and again as soon as a payment is written.
/// </summary>
internal sealed class LedgerHealth(
    IRecordStore store,
    PaymentLedger ledger,
    CounterLedger counters,
    Readiness readiness,
    CommonTimer timers,
    TimeProvider time,
    ILogger<LedgerHealth> logger) : BackgroundService
{
    /// <summary>Time without a payment after which the gateway is idle.</summary>
    internal static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(10);

    /// <summary>
    /// With an interval and the time that a probe may take, a failure of a shared store is noticed within 15 s. A disk is probed less
    /// often, as each probe writes four pages to it: its failure is noticed within 65 s.
    /// </summary>
    internal TimeSpan IdleInterval { get; } = TimeSpan.FromSeconds(store.IsShared ? 12.5 : 60);

    /// <summary>A store over a network is probed more often: it can fail silently.</summary>
    private readonly TimeSpan _interval = TimeSpan.FromMilliseconds(store.IsShared ? 250 : 500);

    /// <summary>Time between two looks at whether an idle gateway is used again.</summary>
    private static readonly TimeSpan s_idleTick = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A disk that fails reports an error, and one that is only busy may take longer than an interval without a fault. A store over a
    /// network may be noticed only by its silence; with the interval this limit is below one second.
    /// </summary>
    private readonly TimeSpan _hangLimit = TimeSpan.FromMilliseconds(store.IsShared ? 700 : 2_000);

    private readonly FailureLog _failures = new(
        reason => HealthLog.LedgerUnwritable(logger, reason), () => HealthLog.LedgerWritable(logger));

    private ulong _settles = ledger.Settles + counters.Settles;
    private long _usedAt = time.GetTimestamp();
    private long _probedAt = time.GetTimestamp();

    /// <summary>Whether the last probe succeeded; true before the first.</summary>
    public bool IsWritable => !_failures.IsFailing;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Add("ledger", () => IsWritable ? null : "cannot be written");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = timers.Every(_interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (IsDue())
                {
                    await ProbeAsync(stoppingToken);
                    _probedAt = time.GetTimestamp();
                }

                timer.Period = IsInUse() ? _interval : s_idleTick;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Shutdown.
        }
    }

    /// <summary>Each interval while payments are written or the ledger is not writable, otherwise seldom.</summary>
    internal bool IsDue() => IsInUse() || time.GetElapsedTime(_probedAt) >= IdleInterval;

    private bool IsInUse()
    {
        ulong settles = ledger.Settles + counters.Settles;
        if (settles != _settles)
        {
            (_settles, _usedAt) = (settles, time.GetTimestamp());
        }

        return !IsWritable || time.GetElapsedTime(_usedAt) <= IdleAfter;
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
