using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>Checks every service once at startup, so that the operator learns of a failing heartbeat before a marketplace does.</summary>
internal sealed class HeartbeatStart(IHeartbeatTargets targets, HeartbeatCheck check, ILogger<HeartbeatStart> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // startup does not wait for it
        foreach (HeartbeatTarget target in targets.Heartbeats.All)
        {
            if (!stoppingToken.IsCancellationRequested && await check.CheckAsync(target) == Status.NotServing)
            {
                HealthLog.HeartbeatFails(logger, target.Name, target.Check.Kind);
            }
        }
    }
}
