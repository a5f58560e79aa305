using SnetGateway.Gateway.Hosting;

namespace SnetGateway.Gateway.Limits;

internal static class LimitServiceCollectionExtensions
{
    /// <summary>The limits of calls: rates and budgets.</summary>
    public static IServiceCollection AddCallLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section);
        services.AddClock();
        services.AddSingleton<LimitMetrics>();
        services.AddSingleton<LimitParts>();
        services.AddHostedService(provider => provider.GetRequiredService<LimitParts>());
        services.AddSingleton<CallLimiter>();
        return services;
    }
}
