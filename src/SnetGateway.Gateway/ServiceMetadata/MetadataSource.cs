using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>The Registry and IPFS: where documents are now, and their verified content.</summary>
internal sealed class MetadataSource : IDisposable
{
    private readonly RegistryReader _registry;
    private readonly IpfsReader _ipfs;

    /// <summary>Only for options whose values are valid, with a Registry (<see cref="RegistryOf"/>).</summary>
    public MetadataSource(ChainOptions chain, Address registry, IpfsOptions ipfs, TimeProvider time)
    {
        _registry = new RegistryReader(chain, registry, time);
        _ipfs = new IpfsReader(ipfs, time);
    }

    /// <summary>The address of the Registry: the configured one, or the published one of the chain; null where there is neither.</summary>
    public static Address? RegistryOf(RegistryOptions options, long chainId) =>
        Address.TryParse(options.Address ?? KnownContracts.RegistryOf(chainId), out Address address) ? address : null;

    /// <summary>The URIs of documents now, in their order; null for one that the Registry does not have.</summary>
    /// <param name="ids">The documents.</param>
    /// <param name="notBefore">The block that must be included; 0 for any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RegistryException">The Registry cannot be read.</exception>
    public ValueTask<IReadOnlyList<string?>> LocateAsync(
        IReadOnlyList<DocumentId> ids, ulong notBefore, CancellationToken cancellationToken) =>
        _registry.ReadAsync([.. ids.Select(id => new RegistryEntry(id.OrganizationId, id.ServiceId))], notBefore, cancellationToken);

    /// <summary>The content of a URI.</summary>
    /// <exception cref="IpfsException">No source has it.</exception>
    public ValueTask<byte[]> ReadAsync(string uri, int maxBytes, CancellationToken cancellationToken) =>
        _ipfs.ReadAsync(uri, maxBytes, cancellationToken);

    public void Dispose()
    {
        _registry.Dispose();
        _ipfs.Dispose();
    }
}
