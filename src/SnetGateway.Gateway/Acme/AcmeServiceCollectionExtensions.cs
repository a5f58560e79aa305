using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Acme;

internal static class AcmeServiceCollectionExtensions
{
    /// <summary>Automatic certificates, where hosts ask for them. After the payment core, whose store the replicas share them in.</summary>
    public static IServiceCollection AddAcme(this IServiceCollection services, ListenerOptions listeners)
    {
        if (listeners.Public.Domains.Length == 0)
        {
            return services;
        }

        string[] domains = listeners.Public.Domains;
        services.AddOptions<AcmeOptions>().BindConfiguration(AcmeOptions.Section);
        services.AddSingleton(OpenStore);
        services.AddSingleton<AcmeAccount>();
        services.AddSingleton(provider => new AcmeTransport(
            provider.GetRequiredService<IOptions<AcmeOptions>>().Value.CaPath, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AcmeClient>();
        services.AddSingleton<AcmeOrdering>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<HttpChallenge>(provider, [domains]));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TlsChallenge>(provider, [domains]));
        services.AddHostedService<AcmeRenewal>();
        return services;
    }

    private static IAcmeStore OpenStore(IServiceProvider provider)
    {
        AcmeOptions options = provider.GetRequiredService<IOptions<AcmeOptions>>().Value;
        return AcmeRules.IsShared(provider.GetRequiredService<IOptions<LedgerOptions>>().Value)
            ? new SharedAcmeStore(
                provider.GetRequiredService<IRecordStore>(), options.DirectoryUrl, File.ReadAllBytes(options.StoreKeyPath!))
            : new FolderAcmeStore(Path.Combine(options.Folder, options.DirectoryUrl.Host));
    }
}
