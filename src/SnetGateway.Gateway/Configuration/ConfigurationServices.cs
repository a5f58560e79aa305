using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Catalog;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Hands a judged configuration to the host.</summary>
internal static class ConfigurationServices
{
    /// <summary>
    /// Registers the live snapshot as <see cref="LiveSnapshot"/> and as the proxy's configuration, and the reload.
    /// <paramref name="configuration"/> then reads from the accepted configuration only; each feature of the host binds its own options from
    /// it, which were judged already. Chain and ledger are fixed for the process.
    /// </summary>
    public static IServiceCollection AddGatewayConfiguration(
        this IServiceCollection services, IConfigurationBuilder configuration, ConfigurationLoader loader, ConfigurationResult result)
    {
        var accepted = new AcceptedConfiguration(result.Values);
        configuration.Sources.Clear();
        configuration.Sources.Add(accepted);

        services.AddSingleton(Options.Create(result.Options.Chain));
        services.AddSingleton(Options.Create(result.Options.Ledger));
        services.TryAddSingleton(TimeProvider.System);
        var live = new LiveSnapshot(result.Snapshot ?? throw new ArgumentException("A configuration with errors cannot be served.", nameof(result)));
        services.AddLiveSnapshot(live);
        services.AddSingleton<IProxyConfigProvider>(live);
        services.AddSingleton<IConfigChangeListener>(live);
        services.AddSingleton(loader);
        services.AddSingleton(result);
        services.AddSingleton(accepted);
        services.AddHostedService<ConfigurationReload>();
        return services;
    }
}
