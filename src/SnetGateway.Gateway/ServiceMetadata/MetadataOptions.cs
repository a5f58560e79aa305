using System.Diagnostics.CodeAnalysis;
using SnetGateway.Ethereum;
using SnetGateway.Gateway.ConfigurationKeys;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>The sections that reading metadata needs, before the configuration as a whole is validated.</summary>
internal sealed record MetadataOptions(RegistryOptions Registry, ChainOptions Chain)
{
    /// <summary>False where a value is not valid. The validation of the whole configuration reports it.</summary>
    public static bool TryRead(IEnumerable<KeyValuePair<string, string?>> configured, [NotNullWhen(true)] out MetadataOptions? options)
    {
        var root = new ConfigurationRoot([new IndexedConfiguration(configured.Where(pair => pair.Value is not null))]);
        try
        {
            options = new MetadataOptions(
                root.GetSection(RegistryOptions.Section).Get<RegistryOptions>() ?? new RegistryOptions(),
                root.GetSection(ChainOptions.Section).Get<ChainOptions>() ?? new ChainOptions());
            string[] urls = [.. options.Chain.Endpoints, .. options.Registry.Ipfs.ApisInUse, .. options.Registry.Ipfs.GatewaysInUse];
            return Array.TrueForAll(urls, url => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https")
                && options.Chain.RequestTimeout > TimeSpan.Zero;
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            options = null;
            return false;
        }
    }
}
