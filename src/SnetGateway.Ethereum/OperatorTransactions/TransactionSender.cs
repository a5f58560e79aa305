using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Ethereum.Transactions;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.OperatorTransactions;

/// <summary>
/// Sends single transactions of an operator's command and waits until each is mined. One command at a time for a key: it does not keep
/// transactions over a restart.
/// </summary>
/// <param name="endpoint">The node's URL. It may contain a key, so no message repeats it.</param>
/// <param name="chainId">The chain that the node must serve.</param>
/// <param name="key">The sender.</param>
/// <param name="time">The clock of the timeouts.</param>
/// <param name="handler">Sends the requests; null for HTTP.</param>
public sealed class TransactionSender(
    Uri endpoint, long chainId, PrivateKey key, TimeProvider time, HttpMessageHandler? handler = null) : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly HttpMessageInvoker _http = new(handler ?? EthereumClient.CreateHandler(s_timeout), disposeHandler: handler is null);
    private JsonRpcEndpoint? _node;

    /// <summary>The address that sends.</summary>
    public Address Sender => key.Address;

    private JsonRpcEndpoint Node => _node ??= new JsonRpcEndpoint(endpoint, 0, _http, s_timeout, time);

    /// <summary>Calls a view function of a contract, or simulates a transaction.</summary>
    /// <exception cref="TransactionException">The node gave no result, or the contract refuses the call.</exception>
    public ValueTask<byte[]> CallAsync(Address contract, byte[] data, CancellationToken cancellationToken) => QueryAsync(
        async (node, token) =>
        {
            JsonElement result = await node.RequestAsync("eth_call", [Call(contract, data), "latest"], token);
            return HexText.TryReadData(result, out byte[] output) ? output : throw EthereumQueries.Malformed("eth_call");
        },
        cancellationToken);

    /// <summary>Sends a transaction to a contract, and waits until it is mined.</summary>
    /// <returns>The mined transaction.</returns>
    /// <exception cref="TransactionException">It was not sent because the contract refuses it, it failed, or it is not mined yet; the
    /// message has its hash where it was sent.</exception>
    public async ValueTask<MinedTransaction> SendAsync(Address contract, byte[] data, CancellationToken cancellationToken)
    {
        string hash = await QueryAsync(
            async (node, token) =>
            {
                ContractTransaction transaction = await PrepareAsync(node, contract, data, token);
                string raw = HexText.Data(transaction.Signed(key.SignDigest(transaction.Digest())));
                return HexText.Text(await node.RequestAsync("eth_sendRawTransaction", [raw], token)) ?? "";
            },
            cancellationToken);
        return await WaitAsync(hash, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<ContractTransaction> PrepareAsync(
        JsonRpcEndpoint node, Address contract, byte[] data, CancellationToken cancellationToken)
    {
        // Signatures hold the chain's id, but a wrong node would still see the call.
        if (await node.ChainIdAsync(cancellationToken) is var actual && actual != (ulong)chainId)
        {
            throw new TransactionException($"the node serves chain {actual}, not {chainId}");
        }

        ulong gas = await node.EstimateGasAsync(Call(contract, data), cancellationToken);
        ulong nonce = await node.TransactionCountAsync(key.Address, "pending", cancellationToken);
        BigInteger baseFee = (await node.LatestFeeAsync(cancellationToken)).BaseFee ?? 0;
        BigInteger tip = await node.TipAsync(cancellationToken);
        return new ContractTransaction((ulong)chainId, nonce, tip, (2 * baseFee) + tip, gas + (gas / 5), contract, data);
    }

    private async ValueTask<MinedTransaction> WaitAsync(string hash, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < s_patience)
        {
            JsonElement receipt = await QueryAsync(
                (node, token) => node.RequestAsync("eth_getTransactionReceipt", [hash], token), cancellationToken);
            if (receipt.ValueKind == JsonValueKind.Object)
            {
                return receipt.TryGetProperty("status", out JsonElement status) && HexText.TryReadQuantity(status, out ulong ok) && ok == 1
                    ? new MinedTransaction(hash, receipt)
                    : throw new TransactionException($"the transaction {hash} failed");
            }

            await Task.Delay(s_poll, time, cancellationToken);
        }

        throw new TransactionException($"the transaction {hash} is not mined yet: wait for it before you repeat the command");
    }

    /// <summary>Asks the node.</summary>
    /// <exception cref="TransactionException">It gave no usable response, or an error.</exception>
    internal async ValueTask<T> QueryAsync<T>(
        Func<JsonRpcEndpoint, CancellationToken, ValueTask<T>> query, CancellationToken cancellationToken)
    {
        try
        {
            return await query(Node, cancellationToken);
        }
        catch (JsonRpcErrorException e)
        {
            throw new TransactionException($"the node or the contract refuses it: {e.Message}");
        }
        catch (EndpointException e)
        {
            throw new TransactionException($"chain endpoint {Node.Name}: {e.Message}");
        }
    }

    private JsonObject Call(Address contract, byte[] data) =>
        new() { ["from"] = $"{key.Address}", ["to"] = $"{contract}", ["data"] = HexText.Data(data) };
}

/// <summary>A transaction that succeeded.</summary>
public sealed record MinedTransaction
{
    internal MinedTransaction(string hash, JsonElement receipt)
    {
        Hash = hash;
        Logs = [.. receipt.GetProperty("logs").EnumerateArray().Select(EthereumQueries.ReadLog)];
    }

    /// <summary>Its hash, with 0x.</summary>
    public string Hash { get; }

    /// <summary>What its contracts logged.</summary>
    internal IReadOnlyList<LogEntry> Logs { get; }
}

/// <summary>A transaction was not sent, or did not succeed. The message is for the operator.</summary>
public sealed class TransactionException(string message) : Exception(message);
