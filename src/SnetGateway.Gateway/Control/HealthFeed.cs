using SnetGateway.Gateway.Health;
using SnetGateway.Grpc.Health;
using Status = SnetGateway.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Control;

/// <summary>Tells gRPC health what `/readyz` tells: the whole server, under the empty name, and the gateway's own services.</summary>
internal sealed class HealthFeed(HealthRegistry registry, Readiness readiness, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly string[] Names = [string.Empty, ChannelStateService.Name];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        Status? told = null;
        try
        {
            do
            {
                Status now = readiness.Problems().Count == 0 ? Status.Serving : Status.NotServing;
                if (now != told)
                {
                    told = now;
                    Tell(now);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Tell(Status.NotServing); // who watches hears of the stop before its connection ends
        }
    }

    private void Tell(Status status)
    {
        foreach (string name in Names)
        {
            registry.Set(name, status);
        }
    }
}
