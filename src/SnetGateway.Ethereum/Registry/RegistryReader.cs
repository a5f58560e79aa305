using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Registry;

/// <summary>
/// Reads where metadata is from the Registry contract: all entries in one batch at one block, from the first endpoint that works.
/// </summary>
/// <param name="chain">The endpoints, and the chain that they must serve. Only for validated options.</param>
/// <param name="registry">The address of the contract.</param>
/// <param name="time">The clock of the timeout.</param>
public sealed class RegistryReader(ChainOptions chain, Address registry, TimeProvider time) : IDisposable
{
    private readonly HttpMessageInvoker _http = new(EthereumClient.CreateHandler(chain.RequestTimeout));

    /// <summary>The URIs of the metadata of entries, in their order; null for one that the Registry does not have.</summary>
    /// <exception cref="RegistryException">No endpoint gave a usable response.</exception>
    public async ValueTask<IReadOnlyList<string?>> ReadAsync(IReadOnlyList<RegistryEntry> entries, CancellationToken cancellationToken)
    {
        string reason = "no endpoint is configured";
        foreach ((int index, string address) in chain.Endpoints.Index())
        {
            var endpoint = new JsonRpcEndpoint(new Uri(address), index, _http, chain.RequestTimeout, time);
            try
            {
                return await ReadAsync(endpoint, entries, cancellationToken);
            }
            catch (Exception exception) when (exception is EndpointException or JsonRpcErrorException)
            {
                reason = $"chain endpoint {endpoint.Name}: {exception.Message}";
            }
        }

        throw new RegistryException(reason);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<IReadOnlyList<string?>> ReadAsync(
        JsonRpcEndpoint endpoint, IReadOnlyList<RegistryEntry> entries, CancellationToken cancellationToken)
    {
        // A URL can be moved to another network.
        ulong actual = await endpoint.ChainIdAsync(cancellationToken);
        if (actual != (ulong)chain.ChainId)
        {
            throw new EndpointException(EndpointFault.WrongChain, $"it serves chain {actual}, not {chain.ChainId}");
        }

        byte[][] calls =
        [
            .. entries.Select(entry => entry.ServiceId is { } service
                ? RegistryCalls.Service(entry.OrganizationId, service)
                : RegistryCalls.Organization(entry.OrganizationId)),
        ];
        BlockHeader block = await endpoint.LatestBlockAsync(cancellationToken);
        List<byte[]> outputs = await endpoint.CallManyAsync(registry, calls, block.Hash, static () => { }, cancellationToken);
        return
        [
            .. outputs.Select(output => RegistryCalls.TryReadUri(output, out string? uri)
                ? uri
                : throw new EndpointException(EndpointFault.NoContract, $"the contract {registry} does not answer as the Registry does")),
        ];
    }
}

/// <summary>The Registry cannot be read now. The message is for the operator and names no URL.</summary>
public sealed class RegistryException(string message) : Exception(message);
