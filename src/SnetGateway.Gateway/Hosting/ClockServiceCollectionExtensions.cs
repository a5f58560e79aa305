using Microsoft.Extensions.DependencyInjection.Extensions;

namespace SnetGateway.Gateway.Hosting;

internal static class ClockServiceCollectionExtensions
{
    /// <summary>The clock, which a test may have registered before, and its common timer. Each feature that needs them adds them.</summary>
    public static IServiceCollection AddClock(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<CommonTimer>();
        return services;
    }
}
