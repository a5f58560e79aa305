using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>
/// Whether the ledger takes writes: asked twice a second by a durable write that changes nothing, because a full disk must take the gateway
/// out of its balancer within a second, with calls or without, and free room must bring it back without a restart.
/// </summary>
internal sealed class LedgerHealth(IRecordStore store, TimeProvider time, ILogger<LedgerHealth> logger) : BackgroundService
{
    /// <summary>A store over a network is asked more often: it can be gone without a word, and is then missed only by its silence.</summary>
    private readonly TimeSpan _interval = TimeSpan.FromMilliseconds(store.IsShared ? 250 : 500);

    /// <summary>
    /// A disk that refuses says so at once, and one that is only busy may take longer than an interval with nothing wrong. Of a store over a
    /// network, silence is all there is to go by: with the interval it makes less than a second.
    /// </summary>
    private readonly TimeSpan _hangLimit = TimeSpan.FromMilliseconds(store.IsShared ? 700 : 2_000);

    private volatile bool _isWritable = true;

    public bool IsWritable => _isWritable;

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
            // The host stops.
        }
    }

    /// <summary>
    /// Whatever a store throws, it says that nothing is written; only the end of the host ends the asking. A store may break in ways that it did not
    /// foresee, and the gateway must outlive them: out of its balancer, and back when writes go through again.
    /// </summary>
    private async ValueTask ProbeAsync(CancellationToken stoppingToken)
    {
        Task? probe = null;
        try
        {
            // A disk that hangs is as good as full.
            probe = store.ProbeAsync(stoppingToken).AsTask();
            await probe.WaitAsync(_hangLimit, time, stoppingToken);
            if (!_isWritable)
            {
                _isWritable = true;
                PaymentEventLog.LedgerWritable(logger);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            Leave(probe);
            if (_isWritable)
            {
                _isWritable = false;
                PaymentEventLog.LedgerUnwritable(logger, exception.Message);
            }
        }
    }

    /// <summary>A probe that was given up ends later; its failure was counted when it was given up, and is not to be reported as one that nobody saw.</summary>
    private static void Leave(Task? probe) => _ = probe?.ContinueWith(
        static left => _ = left.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
