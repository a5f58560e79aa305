using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>Reads channels of the escrow contract from one node.</summary>
internal static class ChannelQueries
{
    /// <summary>Several channels at one block, in as few requests as the node permits. Null in place of one that there is not.</summary>
    /// <param name="endpoint">The node.</param>
    /// <param name="escrow">The contract.</param>
    /// <param name="ids">The channels.</param>
    /// <param name="at">The block.</param>
    /// <param name="furtherRequest">Called for each request after the first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<List<ChannelReading?>> ChannelsAsync(
        this JsonRpcEndpoint endpoint, Address escrow, IReadOnlyList<ChannelId> ids, ChainBlock at, Action furtherRequest,
        CancellationToken cancellationToken)
    {
        List<byte[]> outputs = await endpoint.CallManyAsync(
            escrow, [.. ids.Select(EscrowCalls.Channels)], at.Hash, furtherRequest, cancellationToken);
        return ids.Zip(outputs, (id, output) => EscrowCalls.TryReadChannel(output, id, at, out ChannelReading? reading)
            ? reading
            : throw EthereumQueries.Malformed("channels(uint256)")).ToList();
    }
}
