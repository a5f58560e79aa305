using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>The requests that this gateway sends to nodes, with strict parsing of the results.</summary>
internal static class EthereumQueries
{
    public static async ValueTask<ulong> ChainIdAsync(this JsonRpcEndpoint endpoint, CancellationToken cancellationToken) =>
        HexText.TryReadQuantity(await endpoint.RequestAsync("eth_chainId", [], cancellationToken), out ulong id)
            ? id
            : throw Malformed("eth_chainId");

    /// <summary>The number of the endpoint's newest block.</summary>
    public static async ValueTask<ulong> BlockNumberAsync(this JsonRpcEndpoint endpoint, CancellationToken cancellationToken) =>
        HexText.TryReadQuantity(await endpoint.RequestAsync("eth_blockNumber", [], cancellationToken), out ulong number)
            ? number
            : throw Malformed("eth_blockNumber");

    public static async ValueTask<bool> HasCodeAsync(this JsonRpcEndpoint endpoint, Address address, CancellationToken cancellationToken)
    {
        JsonElement result = await endpoint.RequestAsync("eth_getCode", [address.ToString(), "latest"], cancellationToken);
        return HexText.TryReadData(result, out byte[] code) ? code.Length > 0 : throw Malformed("eth_getCode");
    }

    /// <summary>True when the endpoint reports that it is still syncing.</summary>
    public static async ValueTask<bool> IsSyncingAsync(this JsonRpcEndpoint endpoint, CancellationToken cancellationToken) =>
        (await endpoint.RequestAsync("eth_syncing", [], cancellationToken)).ValueKind switch
        {
            JsonValueKind.False => false,
            JsonValueKind.Object or JsonValueKind.True => true,
            _ => throw Malformed("eth_syncing"),
        };

    /// <summary>The endpoint's newest block.</summary>
    public static async ValueTask<BlockHeader> LatestBlockAsync(this JsonRpcEndpoint endpoint, CancellationToken cancellationToken) =>
        await BlockAsync(endpoint, "eth_getBlockByNumber", "latest", cancellationToken) ?? throw Malformed("eth_getBlockByNumber");

    /// <summary>The block with that number on the endpoint's current chain. Null if it has none.</summary>
    public static async ValueTask<BlockHeader?> BlockAsync(this JsonRpcEndpoint endpoint, ulong number, CancellationToken cancellationToken)
    {
        BlockHeader? block = await BlockAsync(endpoint, "eth_getBlockByNumber", HexText.Quantity(number), cancellationToken);
        return block is null || block.Value.Number == number ? block : throw Malformed("eth_getBlockByNumber");
    }

    /// <summary>The block with that hash. Null if the endpoint does not have it.</summary>
    public static async ValueTask<BlockHeader?> BlockAsync(this JsonRpcEndpoint endpoint, Bytes32 hash, CancellationToken cancellationToken)
    {
        BlockHeader? block = await BlockAsync(endpoint, "eth_getBlockByHash", hash.ToString(), cancellationToken);
        return block is null || block.Value.Hash == hash ? block : throw Malformed("eth_getBlockByHash");
    }

    /// <summary>The parent of a block. Null if the endpoint does not have it.</summary>
    public static async ValueTask<BlockHeader?> ParentAsync(
        this JsonRpcEndpoint endpoint, BlockHeader block, CancellationToken cancellationToken)
    {
        BlockHeader? parent = await BlockAsync(endpoint, block.ParentHash, cancellationToken);
        return parent is null || parent.Value.Number + 1 == block.Number ? parent : throw Malformed("eth_getBlockByHash");
    }

    /// <summary>
    /// Calls a view function at one block, named by its hash (EIP-1898) so that a lagging node cannot return an older state.
    /// </summary>
    public static async ValueTask<byte[]> CallAsync(
        this JsonRpcEndpoint endpoint, Address contract, byte[] data, Bytes32 block, CancellationToken cancellationToken)
    {
        JsonElement result = await endpoint.RequestAsync("eth_call", ViewCall(contract, data, block), cancellationToken);
        return HexText.TryReadData(result, out byte[] output) ? output : throw Malformed("eth_call");
    }

    /// <summary>
    /// As <see cref="CallAsync"/>, several calls in one request. A node that does not take a batch gets it in halves, down to single
    /// requests, and only such ones from then on.
    /// </summary>
    /// <param name="endpoint">The node.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="data">The calls' data.</param>
    /// <param name="block">The block's hash.</param>
    /// <param name="furtherRequest">Called for each request after the first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<List<byte[]>> CallManyAsync(
        this JsonRpcEndpoint endpoint,
        Address contract,
        IReadOnlyList<byte[]> data,
        Bytes32 block,
        Action furtherRequest,
        CancellationToken cancellationToken)
    {
        var outputs = new List<byte[]>(data.Count);
        bool isFirst = true;
        while (outputs.Count < data.Count)
        {
            if (!isFirst)
            {
                furtherRequest();
            }

            isFirst = false;
            int count = Math.Min(endpoint.MaxBatch, data.Count - outputs.Count);
            JsonNode[][] calls = [.. data.Skip(outputs.Count).Take(count).Select(one => ViewCall(contract, one, block))];
            try
            {
                JsonElement[] results = count == 1
                    ? [await endpoint.RequestAsync("eth_call", calls[0], cancellationToken)]
                    : await endpoint.RequestBatchAsync("eth_call", calls, cancellationToken);
                outputs.AddRange(results.Select(
                    result => HexText.TryReadData(result, out byte[] output) ? output : throw Malformed("eth_call")));
            }
            catch (EndpointException refused) when (refused.Fault == EndpointFault.BatchRefused && count > 1)
            {
                endpoint.MaxBatch = count / 2;
            }
        }

        return outputs;
    }

    private static JsonNode[] ViewCall(Address contract, byte[] data, Bytes32 block) =>
    [
        new JsonObject { ["to"] = contract.ToString(), ["data"] = HexText.Data(data) },
        new JsonObject { ["blockHash"] = block.ToString() },
    ];

    /// <summary>The contracts' logs of one block, in order.</summary>
    public static async ValueTask<IReadOnlyList<LogEntry>> LogsAsync(
        this JsonRpcEndpoint endpoint, LogFilter filter, BlockHeader block, CancellationToken cancellationToken)
    {
        IReadOnlyList<LogEntry> logs = await LogsAsync(
            endpoint, filter, new JsonObject { ["blockHash"] = block.Hash.ToString() }, cancellationToken);
        return logs.All(log => log.BlockHash == block.Hash && log.BlockNumber == block.Number) ? logs : throw Malformed("eth_getLogs");
    }

    /// <summary>
    /// The contracts' logs of a range of blocks, both ends included, in order. Valid only if the endpoint's head is past the range.
    /// </summary>
    public static async ValueTask<IReadOnlyList<LogEntry>> LogsAsync(
        this JsonRpcEndpoint endpoint, LogFilter filter, ulong from, ulong to, CancellationToken cancellationToken)
    {
        IReadOnlyList<LogEntry> logs = await LogsAsync(
            endpoint,
            filter,
            new JsonObject { ["fromBlock"] = HexText.Quantity(from), ["toBlock"] = HexText.Quantity(to) },
            cancellationToken);
        return logs.All(log => log.BlockNumber >= from && log.BlockNumber <= to) ? logs : throw Malformed("eth_getLogs");
    }

    internal static JsonRpcErrorException BlockNotFound() => new(0, "the endpoint does not have the block yet");

    internal static EndpointException Malformed(string method) =>
        new(EndpointFault.Malformed, $"the response to {method} is invalid");

    private static async ValueTask<BlockHeader?> BlockAsync(
        JsonRpcEndpoint endpoint, string method, string which, CancellationToken cancellationToken)
    {
        JsonElement result = await endpoint.RequestAsync(method, [which, false], cancellationToken);
        if (result.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return result.ValueKind == JsonValueKind.Object
            && result.TryGetProperty("number", out JsonElement number) && HexText.TryReadQuantity(number, out ulong blockNumber)
            && result.TryGetProperty("hash", out JsonElement hash) && HexText.TryReadBytes32(hash, out Bytes32 blockHash)
            && result.TryGetProperty("parentHash", out JsonElement parent) && HexText.TryReadBytes32(parent, out Bytes32 parentHash)
                ? new BlockHeader(blockNumber, blockHash, parentHash)
                : throw Malformed(method);
    }

    private static async ValueTask<IReadOnlyList<LogEntry>> LogsAsync(
        JsonRpcEndpoint endpoint, LogFilter filter, JsonObject blocks, CancellationToken cancellationToken)
    {
        var topics = new JsonArray(new JsonArray([.. filter.Topics.Select(topic => (JsonNode)topic.ToString())]));
        if (filter.Second is { } second)
        {
            topics.Add(second.ToString());
        }

        blocks["address"] = filter.Contracts.Count == 1
            ? filter.Contracts[0].ToString()
            : new JsonArray([.. filter.Contracts.Select(contract => (JsonNode)contract.ToString())]);
        blocks["topics"] = topics;
        JsonElement result = await endpoint.RequestAsync("eth_getLogs", [blocks], cancellationToken);
        if (result.ValueKind != JsonValueKind.Array)
        {
            throw Malformed("eth_getLogs");
        }

        var logs = new List<LogEntry>(result.GetArrayLength());
        foreach (JsonElement one in result.EnumerateArray())
        {
            LogEntry log = ReadLog(one);
            if (!filter.Contracts.Contains(log.Source))
            {
                throw Malformed("eth_getLogs");
            }

            logs.Add(log);
        }

        // Nodes usually return them in order, but claims must be applied in order, so this does not depend on it.
        logs.Sort(static (left, right) =>
            left.BlockNumber != right.BlockNumber ? left.BlockNumber.CompareTo(right.BlockNumber) : left.Index.CompareTo(right.Index));
        return logs;
    }

    internal static LogEntry ReadLog(JsonElement log)
    {
        var topics = new List<Bytes32>(4);
        bool isValid = log.ValueKind == JsonValueKind.Object
            && (!log.TryGetProperty("removed", out JsonElement removed) || removed.ValueKind == JsonValueKind.False)
            && log.TryGetProperty("topics", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(element =>
            {
                bool read = HexText.TryReadBytes32(element, out Bytes32 topic);
                topics.Add(topic);
                return read;
            });
        return isValid
            && log.TryGetProperty("address", out JsonElement address) && HexText.TryReadAddress(address, out Address source)
            && log.TryGetProperty("data", out JsonElement data) && HexText.TryReadData(data, out byte[] bytes)
            && log.TryGetProperty("blockNumber", out JsonElement number) && HexText.TryReadQuantity(number, out ulong blockNumber)
            && log.TryGetProperty("blockHash", out JsonElement hash) && HexText.TryReadBytes32(hash, out Bytes32 blockHash)
            && log.TryGetProperty("logIndex", out JsonElement index) && HexText.TryReadQuantity(index, out ulong logIndex)
                ? new LogEntry(source, topics, bytes, blockNumber, blockHash, logIndex)
                : throw Malformed("eth_getLogs");
    }
}
