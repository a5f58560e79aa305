using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Limits;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Draining;

internal static class DrainServiceCollectionExtensions
{
    public static IServiceCollection AddDraining(this IServiceCollection services) => services
        .AddSingleton<RunningCalls>()
        .AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<RunningCalls>())
        .AddHostedService<DrainMonitor>()
        .AddOptions<HostOptions>()
        .Configure<IOptions<LimitOptions>>((host, limits) => host.ShutdownTimeout = limits.Value.DrainDelay + limits.Value.DrainTimeout)
        .Services;
}
