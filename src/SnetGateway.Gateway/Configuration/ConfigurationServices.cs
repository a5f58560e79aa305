using Microsoft.Extensions.Options;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.ServiceMetadata;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Registers a validated configuration with the host.</summary>
internal static class ConfigurationServices
{
    /// <summary>
    /// Registers the live snapshot as <see cref="LiveSnapshot"/> and as the proxy's configuration, and the reload.
    /// <paramref name="configuration"/> then reads from the accepted configuration only, to which each feature binds its options; they are
    /// validated already. Chain and ledger are fixed for the process.
    /// </summary>
    public static IServiceCollection AddGatewayConfiguration(
        this IServiceCollection services, IConfigurationBuilder configuration, ConfigurationLoader loader, ConfigurationResult result)
    {
        var accepted = new AcceptedConfiguration(result.Values);
        configuration.Sources.Clear();
        configuration.Sources.Add(accepted);

        services.AddSingleton(Options.Create(result.Options.Chain));
        services.AddSingleton(Options.Create(result.Options.Ledger));
        services.AddSingleton(AllowedUsers.Of(result.Options.AllowedUsers));
        services.AddClock();
        var live = new LiveSnapshot(
            result.Snapshot ?? throw new ArgumentException("A configuration with errors cannot be served.", nameof(result)));
        services.AddLiveSnapshot(live);
        services.AddSingleton<IProxyConfigProvider>(live);
        services.AddSingleton<IConfigChangeListener>(live);
        services.AddSingleton(loader).AddSingleton(result).AddSingleton(accepted);

        // The ledger is open by now. It comes before the reload, which keeps the payees in force.
        services.AddHostedService<PayeeGuard>();
        services.AddSingleton<ConfigurationReload>();
        services.AddHostedService(provider => provider.GetRequiredService<ConfigurationReload>());
        services.AddSingleton<HeldPayees>();
        services.AddSingleton<RegistryWatch>();
        services.AddHostedService<MetadataRefresh>();
        return services;
    }
}
