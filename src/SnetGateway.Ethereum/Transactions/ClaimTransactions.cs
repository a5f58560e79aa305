using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Transactions;

/// <summary>Transactions of payees, through the endpoints of the chain. To send the same one twice changes nothing.</summary>
/// <param name="client">The endpoints.</param>
/// <param name="escrow">The escrow contract.</param>
/// <param name="finalityDepth">Blocks until finality.</param>
internal sealed class ClaimTransactions(EthereumClient client, Address escrow, ulong finalityDepth) : IClaimTransactions
{
    /// <summary>Two epochs, as elsewhere; nodes that keep no history have the state of 128 blocks.</summary>
    private const ulong MaxDepth = 64;

    /// <inheritdoc/>
    public ValueTask<ClaimAccount> ReadAccountAsync(Address payee, CancellationToken cancellationToken) => AskAsync(
        async (endpoint, token) =>
        {
            FeeBlock head = await endpoint.LatestFeeAsync(token);
            ulong baseFee = head.BaseFee ?? throw EthereumQueries.Malformed("eth_getBlockByNumber");
            ulong depth = Math.Min(finalityDepth, MaxDepth);
            ulong final = head.Number < depth ? 0 : head.Number - depth;
            return new ClaimAccount(
                head.Number, final,
                await endpoint.TransactionCountAsync(payee, AtHash(head.Hash), token),
                await endpoint.TransactionCountAsync(payee, HexText.Quantity(final), token),
                await endpoint.BalanceAsync(payee, AtHash(head.Hash), token), baseFee, await endpoint.TipAsync(token));
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> IsAcceptedAsync(
        Address payee, IReadOnlyList<ContractClaim> claims, CancellationToken cancellationToken) => AskAsync(
        async (endpoint, token) =>
        {
            try
            {
                await endpoint.RequestAsync("eth_call", [Call(payee, claims), "latest"], token);
                return true;
            }
            catch (JsonRpcErrorException error) when (IsRevert(error))
            {
                return false;
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ulong?> EstimateGasAsync(
        Address payee, IReadOnlyList<ContractClaim> claims, CancellationToken cancellationToken) => AskAsync<ulong?>(
        async (endpoint, token) =>
        {
            try
            {
                return await endpoint.EstimateGasAsync(Call(payee, claims), token);
            }
            catch (JsonRpcErrorException error) when (IsRevert(error))
            {
                return null;
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> SendAsync(SignedTransaction transaction, CancellationToken cancellationToken) => AskAsync<string?>(
        async (endpoint, token) =>
        {
            try
            {
                await endpoint.RequestAsync("eth_sendRawTransaction", [HexText.Data(transaction.Raw.Span)], token);
                return null;
            }
            catch (JsonRpcErrorException error) when (!error.IsRateLimit)
            {
                return IsKnown(error) ? null : error.Message;
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ClaimReceipt?> FindReceiptAsync(Bytes32 hash, CancellationToken cancellationToken) => AskAsync<ClaimReceipt?>(
        async (endpoint, token) =>
        {
            JsonElement receipt = await endpoint.RequestAsync("eth_getTransactionReceipt", [hash.ToString()], token);
            return receipt.ValueKind == JsonValueKind.Null ? null : Read(receipt);
        },
        cancellationToken);

    private ClaimReceipt Read(JsonElement receipt)
    {
        if (receipt.ValueKind != JsonValueKind.Object
            || !receipt.TryGetProperty("status", out JsonElement status) || !HexText.TryReadQuantity(status, out ulong succeeded)
            || !receipt.TryGetProperty("gasUsed", out JsonElement used) || !HexText.TryReadQuantity(used, out ulong gas)
            || !receipt.TryGetProperty("logs", out JsonElement logs) || logs.ValueKind != JsonValueKind.Array)
        {
            throw EthereumQueries.Malformed("eth_getTransactionReceipt");
        }

        return new ClaimReceipt(
            succeeded == 1, gas,
            [
                .. logs.EnumerateArray().Select(EthereumQueries.ReadLog).Where(log => log.Source == escrow)
                    .Select(log => EscrowEvents.TryDecode(log.Topics, log.Data.Span, out EscrowEvent? decoded) ? decoded : null)
                    .OfType<ChannelClaimed>()
                    .Select(claim => new ClaimEvent(claim.Channel, claim.NewNonce!.Value, claim.ClaimAmount.ToUInt256())),
            ]);
    }

    private JsonObject Call(Address payee, IReadOnlyList<ContractClaim> claims) => new()
    {
        ["from"] = payee.ToString(), ["to"] = escrow.ToString(), ["data"] = HexText.Data(EscrowCalls.Claim(claims)),
    };

    private static JsonObject AtHash(Bytes32 hash) => new() { ["blockHash"] = hash.ToString() };

    /// <summary>Whether the contract refused the call, and not the node. Nodes report it with different codes.</summary>
    private static bool IsRevert(JsonRpcErrorException error) =>
        error.Code is 3 or -32015 || error.Message.Contains("revert", StringComparison.OrdinalIgnoreCase);

    private static bool IsKnown(JsonRpcErrorException error) =>
        error.Message.Contains("known", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("already", StringComparison.OrdinalIgnoreCase);

    private async ValueTask<T> AskAsync<T>(
        Func<JsonRpcEndpoint, CancellationToken, ValueTask<T>> query, CancellationToken cancellationToken)
    {
        try
        {
            return await client.QueryAsync(query, cancellationToken);
        }
        catch (Exception exception) when (exception is EndpointException or JsonRpcErrorException)
        {
            throw new ClaimChainException(exception.Message, exception);
        }
    }
}
