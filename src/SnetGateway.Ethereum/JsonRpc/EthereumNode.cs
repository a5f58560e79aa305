namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>
/// A single request to one node, for commands: without the checks, the endpoint order and the back-off of a running gateway.
/// </summary>
public static class EthereumNode
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    /// <summary>The number of the node's newest block; null without a usable response within 15 s.</summary>
    /// <param name="address">The node's URL. It may contain a key, so no message repeats it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<ulong?> BlockNumberAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = new HttpMessageInvoker(EthereumClient.CreateHandler(s_timeout));
        try
        {
            return await new JsonRpcEndpoint(address, 0, http, s_timeout, TimeProvider.System).BlockNumberAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is EndpointException or JsonRpcErrorException)
        {
            return null;
        }
    }
}
