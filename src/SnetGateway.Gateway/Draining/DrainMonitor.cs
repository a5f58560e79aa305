using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Limits;

namespace SnetGateway.Gateway.Draining;

/// <summary>
/// Counts each second the calls that still run on instances that have left the configuration, and during shutdown on the gateway itself,
/// whose load balancer gets time to notice.
/// </summary>
internal sealed class DrainMonitor(
    RunningCalls calls, IHostApplicationLifetime lifetime, IOptions<LimitOptions> limits, TimeProvider time, ILogger<DrainMonitor> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private long _reported = -1;
    private ITimer? _timer;
    private bool _accepts;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(
            static monitor => ((DrainMonitor)monitor!).Report(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        calls.InstanceLeft += Wait;
        lifetime.ApplicationStopping.Register(Report);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _accepts = true;
        return Task.CompletedTask;
    }

    /// <summary>
    /// Before the listeners close; `/readyz` already fails. Not after a failed startup, and once only for a host that is stopped twice.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (limits.Value.DrainDelay is { Ticks: > 0 } delay && _accepts)
        {
            _accepts = false;
            lifetime.StopApplication(); // a host that is stopped without a signal would announce it only afterwards
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _timer?.Dispose();

    private void Wait() => _timer?.Change(s_interval, Timeout.InfiniteTimeSpan);

    /// <summary>Continues until no instance is left, and at shutdown until the host has stopped, so also while the server drains.</summary>
    private void Report()
    {
        bool isStopping = lifetime.ApplicationStopping.IsCancellationRequested;
        if (calls.ReportDrained() || isStopping)
        {
            Wait();
        }

        if (isStopping && calls.Count is var running && Interlocked.Exchange(ref _reported, running) != running)
        {
            DrainLog.Draining(logger, running, limits.Value.DrainDelay + limits.Value.DrainTimeout);
        }
    }
}
