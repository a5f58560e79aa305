using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Limits;

namespace SnetGateway.Gateway.Draining;

/// <summary>Looks each second how many calls are left on what goes away: an instance, or the gateway itself.</summary>
internal sealed class DrainWatch(
    RunningCalls calls, IHostApplicationLifetime lifetime, IOptions<LimitOptions> limits, TimeProvider time, ILogger<DrainWatch> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _said = -1;
    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Runs until the host is gone, and so while the server drains.
        _timer = time.CreateTimer(static watch => ((DrainWatch)watch!).Look(), this, Interval, Interval);
        lifetime.ApplicationStopping.Register(Look);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        calls.Look();
        if (lifetime.ApplicationStopping.IsCancellationRequested && calls.Count is var left && Interlocked.Exchange(ref _said, left) != left)
        {
            DrainLog.Draining(logger, left, limits.Value.DrainTimeout);
        }
    }
}
