using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>
/// A JSON-RPC node with one block, the first, whose contract has many channels of other people. Every request that reads channels is
/// counted.
/// </summary>
internal sealed class ScriptedNode(ulong channels, Address recipient) : HttpMessageHandler
{
    private const int WordSize = 32;
    private const string Hash = "0x1111111111111111111111111111111111111111111111111111111111111111";

    /// <summary>Requests so far that read channels.</summary>
    public int ChannelRequests;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        JsonNode body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        JsonNode[] questions = body is JsonArray batch ? [.. batch.Select(one => one!)] : [body];
        if (questions.Any(IsChannelRead))
        {
            Interlocked.Increment(ref ChannelRequests);
        }

        JsonNode answer = body is JsonArray ? new JsonArray([.. questions.Select(Answer)]) : Answer(body);
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(answer.ToJsonString(), Encoding.UTF8, "application/json"),
        };
    }

    private static bool IsChannelRead(JsonNode question) =>
        (string)question["method"]! == "eth_call" && ((string)question["params"]![0]!["data"]!).Length > 10;

    private JsonObject Answer(JsonNode question)
    {
        JsonNode? result = (string)question["method"]! switch
        {
            "eth_chainId" => "0x1",
            "eth_getCode" => "0x6080",
            "eth_getBlockByNumber" or "eth_getBlockByHash" =>
                new JsonObject { ["number"] = "0x0", ["hash"] = Hash, ["parentHash"] = Hash.Replace('1', '2') },
            "eth_getLogs" => new JsonArray(),
            _ => "0x" + Convert.ToHexStringLower(Call(Convert.FromHexString(((string)question["params"]![0]!["data"]!)[2..]))),
        };
        return new JsonObject { ["jsonrpc"] = "2.0", ["id"] = question["id"]!.DeepClone(), ["result"] = result };
    }

    private byte[] Call(byte[] data)
    {
        if (data.Length == 4)
        {
            return UInt256.FromUInt64(channels).ToBigEndian();
        }

        // nonce, sender, signer, recipient, group, value, expiration: somebody else's, opened and alive.
        byte[] address = [.. new byte[WordSize - Address.Size], .. recipient.ToBytes()];
        return [.. new byte[WordSize], .. address, .. address, .. address, .. new byte[WordSize], .. Word(1_000), .. Word(1_000_000)];
    }

    private static byte[] Word(ulong number) => UInt256.FromUInt64(number).ToBigEndian();
}
