namespace SnetGateway.Gateway.Hooks;

internal static class HookServiceCollectionExtensions
{
    /// <summary>Runs the hooks. First of all services, so that it stops last and delivers what the others log while they stop.</summary>
    public static IServiceCollection AddHooks(this IServiceCollection services)
    {
        services.AddSingleton<HookMetrics>();
        services.AddHostedService<HookHost>();
        return services;
    }
}
