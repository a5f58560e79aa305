using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Registry;

/// <summary>
/// Reads where metadata is from the Registry contract: all entries in one batch at one block, from the first endpoint that works.
/// </summary>
/// <param name="chain">The endpoints, and the chain that they must serve. Only for validated options.</param>
/// <param name="registry">The address of the contract.</param>
/// <param name="time">The clock of the timeout.</param>
/// <param name="handler">Sends the HTTP requests; null for the default one. The caller disposes it.</param>
public sealed class RegistryReader(ChainOptions chain, Address registry, TimeProvider time, HttpMessageHandler? handler = null)
    : IDisposable
{
    private const int MaxAttempts = 5;

    private static readonly TimeSpan s_pauseBehind = TimeSpan.FromSeconds(1);

    private readonly HttpMessageInvoker _http = new(
        handler ?? EthereumClient.CreateHandler(chain.RequestTimeout), disposeHandler: handler is null);

    /// <summary>The URIs of the metadata of entries, in their order; null for one that the Registry does not have.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="notBefore">The block that must be included: an endpoint that is behind it is left for the next, and where all are
    /// behind they are asked again, for some seconds. 0 for any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RegistryException">No endpoint gave a usable response.</exception>
    public async ValueTask<IReadOnlyList<string?>> ReadAsync(
        IReadOnlyList<RegistryEntry> entries, ulong notBefore, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await ReadOnceAsync(entries, notBefore, cancellationToken);
            }
            catch (RegistryException exception) when (exception.IsBehind && attempt < MaxAttempts)
            {
                await Task.Delay(s_pauseBehind, time, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<IReadOnlyList<string?>> ReadOnceAsync(
        IReadOnlyList<RegistryEntry> entries, ulong notBefore, CancellationToken cancellationToken)
    {
        string reason = "no endpoint is configured";
        bool isBehind = false;
        foreach ((int index, string address) in chain.Endpoints.Index())
        {
            var endpoint = new JsonRpcEndpoint(new Uri(address), index, _http, chain.RequestTimeout, time);
            try
            {
                return await ReadAsync(endpoint, entries, notBefore, cancellationToken);
            }
            catch (Exception exception) when (exception is EndpointException or JsonRpcErrorException)
            {
                reason = $"chain endpoint {endpoint.Name}: {exception.Message}";
                isBehind |= exception is EndpointException { Fault: EndpointFault.Behind };
            }
        }

        throw new RegistryException(reason) { IsBehind = isBehind };
    }

    private async ValueTask<IReadOnlyList<string?>> ReadAsync(
        JsonRpcEndpoint endpoint, IReadOnlyList<RegistryEntry> entries, ulong notBefore, CancellationToken cancellationToken)
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
        if (block.Number < notBefore)
        {
            throw new EndpointException(EndpointFault.Behind, $"its newest block is {block.Number}, and block {notBefore} is needed");
        }

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
public sealed class RegistryException(string message) : Exception(message)
{
    /// <summary>Whether an endpoint works, and is behind the block that is needed.</summary>
    internal bool IsBehind { get; init; }
}
