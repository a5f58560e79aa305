using System.Globalization;
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
public sealed class TransactionSender(Uri endpoint, long chainId, PrivateKey key, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly BigInteger s_defaultPriorityFee = 1_000_000_000;

    private readonly HttpMessageInvoker _http = new(EthereumClient.CreateHandler(s_timeout));
    private JsonRpcEndpoint? _node;

    /// <summary>The address that sends.</summary>
    public Address Sender => key.Address;

    private JsonRpcEndpoint Node => _node ??= new JsonRpcEndpoint(endpoint, 0, _http, s_timeout, time);

    /// <summary>Calls a view function of a contract, or simulates a transaction.</summary>
    /// <exception cref="TransactionException">The node gave no result, or the contract refuses the call.</exception>
    public async ValueTask<byte[]> CallAsync(Address contract, byte[] data, CancellationToken cancellationToken) =>
        HexText.TryReadData(await RequestAsync("eth_call", [Call(contract, data), "latest"], cancellationToken), out byte[] output)
            ? output
            : throw new TransactionException("the node's answer to eth_call cannot be read");

    /// <summary>Sends a transaction to a contract, and waits until it is mined.</summary>
    /// <returns>The mined transaction.</returns>
    /// <exception cref="TransactionException">It was not sent because the contract refuses it, it failed, or it is not mined yet; the
    /// message has its hash where it was sent.</exception>
    public async ValueTask<MinedTransaction> SendAsync(Address contract, byte[] data, CancellationToken cancellationToken)
    {
        // Signatures hold the chain's id, but a wrong node would still see the call.
        if (await NumberAsync("eth_chainId", [], cancellationToken) is var actual && actual != chainId)
        {
            throw new TransactionException($"the node serves chain {actual}, not {chainId}");
        }

        BigInteger gas = await NumberAsync("eth_estimateGas", [Call(contract, data)], cancellationToken);
        BigInteger nonce = await NumberAsync("eth_getTransactionCount", [$"{key.Address}", "pending"], cancellationToken);
        JsonElement block = await RequestAsync("eth_getBlockByNumber", ["latest", false], cancellationToken);
        BigInteger baseFee = block.TryGetProperty("baseFeePerGas", out JsonElement fee) ? Number(fee) : 0;
        BigInteger priority = await PriorityFeeAsync(cancellationToken);
        var transaction = new ContractTransaction(
            (ulong)chainId, (ulong)nonce, priority, (2 * baseFee) + priority, (ulong)(gas * 12 / 10), contract, data);
        JsonElement hash = await RequestAsync(
            "eth_sendRawTransaction", [HexText.Data(transaction.Signed(key.SignDigest(transaction.Digest())))], cancellationToken);
        return await WaitAsync(hash.GetString() ?? "", cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<MinedTransaction> WaitAsync(string hash, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < s_patience)
        {
            JsonElement receipt = await RequestAsync("eth_getTransactionReceipt", [hash], cancellationToken);
            if (receipt.ValueKind == JsonValueKind.Object)
            {
                return Number(receipt.GetProperty("status")).IsOne
                    ? new MinedTransaction(hash, receipt)
                    : throw new TransactionException($"the transaction {hash} failed");
            }

            await Task.Delay(s_poll, time, cancellationToken);
        }

        throw new TransactionException($"the transaction {hash} is not mined yet: wait for it before you repeat the command");
    }

    private async ValueTask<BigInteger> PriorityFeeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await NumberAsync("eth_maxPriorityFeePerGas", [], cancellationToken);
        }
        catch (TransactionException)
        {
            return s_defaultPriorityFee; // not every node has that method
        }
    }

    internal async ValueTask<BigInteger> NumberAsync(string method, JsonNode[] parameters, CancellationToken cancellationToken) =>
        Number(await RequestAsync(method, parameters, cancellationToken));

    internal async ValueTask<JsonElement> RequestAsync(string method, JsonNode[] parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await Node.RequestAsync(method, parameters, cancellationToken);
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

    private static BigInteger Number(JsonElement value) => value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 2 } text && text.StartsWith("0x", StringComparison.Ordinal)
        && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out BigInteger number)
            ? number
            : throw new TransactionException("the node's answer is not a number");
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
