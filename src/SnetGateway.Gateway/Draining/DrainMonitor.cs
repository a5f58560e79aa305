using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Limits;

namespace SnetGateway.Gateway.Draining;

/// <summary>
/// Looks each second how many calls are left on what goes away: an instance, or the gateway itself, which gives its balancer the time to notice.
/// </summary>
internal sealed class DrainMonitor(
    RunningCalls calls, IHostApplicationLifetime lifetime, IOptions<LimitOptions> limits, TimeProvider time, ILogger<DrainMonitor> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _said = -1;
    private ITimer? _timer;
    private bool _delayed;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Runs until the host is gone, and so while the server drains.
        _timer = time.CreateTimer(static watch => ((DrainMonitor)watch!).Look(), this, Interval, Interval);
        lifetime.ApplicationStopping.Register(Look);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the listeners close: `/readyz` says no already.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (limits.Value.DrainDelay is { Ticks: > 0 } delay && !_delayed)
        {
            _delayed = true; // a host may be stopped twice
            lifetime.StopApplication(); // a host that is stopped without a signal would say so only afterwards
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        calls.Look();
        if (lifetime.ApplicationStopping.IsCancellationRequested && calls.Count is var left && Interlocked.Exchange(ref _said, left) != left)
        {
            DrainLog.Draining(logger, left, limits.Value.DrainDelay + limits.Value.DrainTimeout);
        }
    }
}
