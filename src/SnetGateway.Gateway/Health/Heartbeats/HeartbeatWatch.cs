using SnetGateway.Gateway.Hosting;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>
/// Checks every service with a heartbeat at startup and then every ten seconds: gRPC health has its result, and the operator learns of a
/// failing heartbeat before a marketplace does.
/// </summary>
internal sealed class HeartbeatWatch(
    IHeartbeatTargets targets, HeartbeatCheck check, CommonTimer timers, ILogger<HeartbeatWatch> logger) : BackgroundService
{
    /// <summary>As long as the usual interval of probes.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> _failing = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // startup does not wait for it
        using PeriodicTimer timer = timers.Every(Interval);
        do
        {
            await Task.WhenAll(targets.Heartbeats.All.Where(target => target.Check.Kind != HeartbeatOptions.None).Select(CheckAsync))
                .WaitAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CheckAsync(HeartbeatTarget target)
    {
        Status status = await check.CheckAsync(target);
        lock (_failing)
        {
            bool isFailing = status == Status.NotServing;
            bool hasChanged = isFailing ? _failing.Add(target.Name) : _failing.Remove(target.Name);
            if (hasChanged && isFailing)
            {
                HealthLog.HeartbeatFails(logger, target.Name, target.Check.Kind);
            }
            else if (hasChanged)
            {
                HealthLog.HeartbeatWorks(logger, target.Name, target.Check.Kind);
            }
        }
    }
}
