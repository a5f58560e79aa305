using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.TestKit.Market;

namespace SnetGateway.Benchmarks.Market;

/// <summary>
/// Copies of one open channel, written into the contract's storage: opening thousands of channels by transactions takes the test node
/// minutes. The gateway reads them through the contract like any other; only their events are missing.
/// </summary>
internal static class StoredChannels
{
    /// <summary>Where MultiPartyEscrow keeps its mapping of channels, and the id of the next one.</summary>
    private const int ChannelsSlot = 0, NextIdSlot = 2;

    /// <summary>Fields of a channel, a slot each: nonce, sender, signer, recipient, group id, value, expiration.</summary>
    private const int Fields = 7;

    private const int ChannelsAtOnce = 500;

    /// <summary>Writes <paramref name="count"/> copies of a channel, with the ids that follow.</summary>
    public static async Task<ChainChannel[]> CopyAsync(
        ChainState chain, ChainChannel original, int count, CancellationToken cancellationToken)
    {
        using var node = new HttpClient { BaseAddress = chain.RpcUrl };
        string contract = chain.MultiPartyEscrow;
        JsonElement[] fields = await SendAsync(
            node,
            [.. Enumerable.Range(0, Fields).Select(field => Call("eth_getStorageAt", contract, Slot(original.Id, field), "latest"))],
            cancellationToken);
        ChainChannel[] copies = [.. Enumerable.Range(1, count).Select(next => original with { Id = original.Id + next })];
        foreach (ChainChannel[] some in copies.Chunk(ChannelsAtOnce))
        {
            IEnumerable<object> writes = some.SelectMany(copy => fields.Select(
                (value, field) => Call("anvil_setStorageAt", contract, Slot(copy.Id, field), value.GetString()!)));
            await SendAsync(node, [.. writes], cancellationToken);
        }

        await SendAsync(
            node,
            [Call("anvil_setStorageAt", contract, Word(NextIdSlot), Word(original.Id + count + 1)), Call("anvil_mine", "0x1")],
            cancellationToken);
        return copies;
    }

    private static async Task<JsonElement[]> SendAsync(HttpClient node, object[] calls, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await node.PostAsJsonAsync((Uri?)null, calls, cancellationToken);
        JsonElement[] answers = await response.Content.ReadFromJsonAsync<JsonElement[]>(cancellationToken)
            ?? throw new InvalidOperationException("The node answered nothing.");
        return [.. answers.Select(answer => answer.TryGetProperty("result", out JsonElement result)
            ? result
            : throw new InvalidOperationException(answer.GetRawText()))];
    }

    private static object Call(string method, params string[] parameters) => new { jsonrpc = "2.0", id = 1, method, @params = parameters };

    /// <summary>A field of an entry of the mapping, by Solidity's rule for mappings.</summary>
    private static string Slot(BigInteger channel, int field)
    {
        byte[] place = Keccak256.Hash(Convert.FromHexString(Word(channel).AsSpan(2).ToString() + Word(ChannelsSlot).AsSpan(2).ToString()));
        return Word(new BigInteger(place, isUnsigned: true, isBigEndian: true) + field);
    }

    private static string Word(BigInteger number) =>
        "0x" + number.ToString("x64", CultureInfo.InvariantCulture)[^64..];
}
