using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Heartbeats;

/// <summary>Asks every service once at the start, so that an operator hears of a wrong heartbeat before a marketplace does.</summary>
internal sealed class HeartbeatStart(IHeartbeatTargets targets, HeartbeatCheck check, ILogger<HeartbeatStart> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // nothing waits for it
        foreach (HeartbeatTarget subject in targets.Heartbeats.All)
        {
            if (!stoppingToken.IsCancellationRequested && await check.AskAsync(subject) == Status.NotServing)
            {
                HeartbeatLog.HeartbeatFails(logger, subject.Name, subject.Check.Kind);
            }
        }
    }
}
