using Microsoft.Extensions.DependencyInjection.Extensions;

namespace SnetGateway.Gateway.Backends.Processes;

internal static class ProcessServiceCollectionExtensions
{
    public static IServiceCollection AddProcesses(this IServiceCollection services)
    {
        services.AddOptions<ProcessOptions>().BindConfiguration(ProcessOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ChildWatch>();
        services.AddSingleton<ProgramSlots>();
        services.AddSingleton<ProcessBackends>();
        return services;
    }
}
