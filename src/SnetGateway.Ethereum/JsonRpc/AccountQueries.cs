using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>What a new transaction of an account needs to know: requests to one node.</summary>
internal static class AccountQueries
{
    /// <summary>Wei for a unit of gas where the node suggests nothing.</summary>
    private const ulong UsualTip = 1_000_000_000;

    /// <summary>The newest block with its base fee.</summary>
    public static async ValueTask<FeeBlock> LatestFeeAsync(this JsonRpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        JsonElement block = await endpoint.RequestAsync("eth_getBlockByNumber", ["latest", false], cancellationToken);
        ulong? baseFee = null;
        return block.ValueKind == JsonValueKind.Object
            && block.TryGetProperty("number", out JsonElement number) && HexText.TryReadQuantity(number, out ulong head)
            && block.TryGetProperty("hash", out JsonElement hash) && HexText.TryReadBytes32(hash, out Bytes32 headHash)
            && (!block.TryGetProperty("baseFeePerGas", out JsonElement fee) || TryReadFee(fee, out baseFee))
                ? new FeeBlock(head, headHash, baseFee)
                : throw EthereumQueries.Malformed("eth_getBlockByNumber");
    }

    /// <summary>Wei for a unit of gas above the base fee, with which transactions are mined soon.</summary>
    public static async ValueTask<ulong> TipAsync(this JsonRpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement tip = await endpoint.RequestAsync("eth_maxPriorityFeePerGas", [], cancellationToken);
            return HexText.TryReadQuantity(tip, out ulong wei) ? wei : UsualTip;
        }
        catch (JsonRpcErrorException error) when (!error.IsRateLimit)
        {
            return UsualTip; // not every node has it
        }
    }

    /// <summary>Transactions of an account: the account nonce of its next one.</summary>
    /// <param name="endpoint">The node.</param>
    /// <param name="account">The account.</param>
    /// <param name="at">A block, as JSON-RPC names it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<ulong> TransactionCountAsync(
        this JsonRpcEndpoint endpoint, Address account, JsonNode at, CancellationToken cancellationToken)
    {
        JsonElement result = await endpoint.RequestAsync("eth_getTransactionCount", [account.ToString(), at], cancellationToken);
        return HexText.TryReadQuantity(result, out ulong count) ? count : throw EthereumQueries.Malformed("eth_getTransactionCount");
    }

    /// <summary>Wei of an account.</summary>
    /// <inheritdoc cref="TransactionCountAsync" path="/param"/>
    public static async ValueTask<UInt256> BalanceAsync(
        this JsonRpcEndpoint endpoint, Address account, JsonNode at, CancellationToken cancellationToken)
    {
        JsonElement result = await endpoint.RequestAsync("eth_getBalance", [account.ToString(), at], cancellationToken);
        return HexText.TryReadLargeQuantity(result, out UInt256 wei) ? wei : throw EthereumQueries.Malformed("eth_getBalance");
    }

    /// <summary>The gas that a call needs as a transaction.</summary>
    /// <exception cref="JsonRpcErrorException">Also when the contract refuses it.</exception>
    public static async ValueTask<ulong> EstimateGasAsync(
        this JsonRpcEndpoint endpoint, JsonObject call, CancellationToken cancellationToken)
    {
        JsonElement result = await endpoint.RequestAsync("eth_estimateGas", [call], cancellationToken);
        return HexText.TryReadQuantity(result, out ulong gas) ? gas : throw EthereumQueries.Malformed("eth_estimateGas");
    }

    private static bool TryReadFee(JsonElement value, out ulong? fee)
    {
        bool isRead = HexText.TryReadQuantity(value, out ulong wei);
        fee = isRead ? wei : null;
        return isRead;
    }
}

/// <summary>A block with what gas costs after it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="BaseFee">Wei for a unit of gas; null on a chain without a base fee.</param>
internal readonly record struct FeeBlock(ulong Number, Bytes32 Hash, ulong? BaseFee);
