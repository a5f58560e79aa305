using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Tests.Ethereum;

/// <summary>
/// A chain in memory behind any number of JSON-RPC hosts, each of which can lag, return wrong data or fail. The test makes and replaces
/// blocks. Every request is counted.
/// </summary>
internal sealed class ScriptedChain : HttpMessageHandler
{
    public static readonly Address Escrow = Address.Parse("0xe7f1725e7734ce288f8367e1bb143e90bb3f0512");

    public static readonly Address Registry = Address.Parse("0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0");

    public static readonly Address Token = Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3");

    private readonly Lock _lock = new();
    private readonly List<Block> _canonical = [];
    private readonly Dictionary<string, Block> _byHash = [];
    private readonly Dictionary<string, ScriptedHost> _hosts = [];
    private int _made;

    public ScriptedChain()
    {
        Mine();
    }

    /// <summary>Every requested method, in order, including failed requests.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>The contracts of the last request for logs, as JSON.</summary>
    public string? AskedContracts { get; private set; }

    public ulong HeadNumber => _canonical[^1].Number;

    public string HeadHash => _canonical[^1].Hash;

    public ScriptedHost Host(string name)
    {
        lock (_lock)
        {
            if (!_hosts.TryGetValue(name, out ScriptedHost? host))
            {
                _hosts.Add(name, host = new ScriptedHost());
            }

            return host;
        }
    }

    public int Count(string method)
    {
        lock (_lock)
        {
            return Asked.Count(one => one == method);
        }
    }

    /// <summary>Tokens that addresses own; none for all others.</summary>
    public Dictionary<Address, UInt256> Balances { get; } = [];

    /// <summary>Number of channel reads so far.</summary>
    public int ChannelReads => Count("channels");

    /// <summary>Number of HTTP requests so far that read channels.</summary>
    public int ChannelRequests { get; private set; }

    /// <summary>Makes one block with the given events.</summary>
    public Block Mine(params Action<Block>[] happenings)
    {
        lock (_lock)
        {
            Block? parent = _canonical.Count > 0 ? _canonical[^1] : null;
            string hash = "0x" + Convert.ToHexStringLower(Keccak256.Hash(Encoding.ASCII.GetBytes($"block {_made++}")));
            var block = new Block(parent is null ? 0 : parent.Number + 1, hash, parent?.Hash ?? "0x" + new string('0', 64), parent);
            foreach (Action<Block> happening in happenings)
            {
                happening(block);
            }

            _canonical.Add(block);
            _byHash.Add(hash, block);
            return block;
        }
    }

    public void MineEmpty(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            Mine();
        }
    }

    /// <summary>
    /// A block with ancestors that are not of the chain. The host that returns it as its head has them all.
    /// </summary>
    public Block MakeFalseHead(ulong number)
    {
        lock (_lock)
        {
            Block? block = null;
            for (ulong at = number - 20; at <= number; at++)
            {
                string hash = "0x" + Convert.ToHexStringLower(Keccak256.Hash(Encoding.ASCII.GetBytes($"block {_made++}")));
                block = new Block(at, hash, block?.Hash ?? "0x" + new string('1', 64), block);
                _byHash.Add(hash, block);
            }

            return block!;
        }
    }

    /// <summary>Removes the newest blocks; the caller makes others in their place.</summary>
    public void Undo(int blocks)
    {
        lock (_lock)
        {
            _canonical.RemoveRange(_canonical.Count - blocks, blocks);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ScriptedHost host = Host(request.RequestUri!.Host);
        JsonNode body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        JsonNode[] questions = body is JsonArray batch ? [.. batch.Select(one => one!)] : [body];
        string method = (string)questions[0]["method"]!;
        lock (_lock)
        {
            string[] names = [.. questions.Select(NameOf)];
            Asked.AddRange(names);
            host.Asked.AddRange(names);
            ChannelRequests += names.Contains("channels") ? 1 : 0;
        }

        if (host.Gate is { } gate)
        {
            await gate(method, cancellationToken);
        }

        if (host.Fault?.Invoke(method) is { } faulty)
        {
            return faulty;
        }

        lock (_lock)
        {
            JsonNode answer = questions.Length > host.MaxBatch
                ? new JsonObject { ["jsonrpc"] = "2.0", ["id"] = null, ["error"] = Error(-32600, "batch too large") }
                : body is JsonArray
                    ? new JsonArray([.. questions.Reverse().Select(question => Answer(host, question))])
                    : Answer(host, body);
            return Json(answer.ToJsonString());
        }
    }

    private static string NameOf(JsonNode question) =>
        (string)question["method"]! == "eth_call"
            ? ((string)question["params"]![0]!["data"]!)[2..10] switch
            {
                "e5949b5d" => "channels",
                "fc0c546a" => "token",
                "70a08231" => "balanceOf",
                _ => "eth_call",
            }
            : (string)question["method"]!;

    private static JsonObject Error(int code, string message) => new() { ["code"] = code, ["message"] = message };

    private JsonObject Answer(ScriptedHost host, JsonNode question)
    {
        string method = (string)question["method"]!;
        (JsonNode? result, JsonNode? error) = host.Error?.Invoke(method) is { } code
            ? (null, Error(code, "scripted"))
            : Answer(host, method, question["params"]!.AsArray());
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = question["id"]!.DeepClone() };
        answer[error is null ? "result" : "error"] = error ?? result;
        return answer;
    }

    internal static HttpResponseMessage Json(string text, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(text, Encoding.UTF8, "application/json") };

    private static string Quantity(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    private (JsonNode? Result, JsonNode? Error) Answer(ScriptedHost host, string method, JsonArray parameters)
    {
        int visible = Math.Max(1, _canonical.Count - host.Lag);
        bool Sees(Block block) => block.Number < (ulong)visible || host.FalseHead is not null;
        switch (method)
        {
            case "eth_chainId":
                return (Quantity(host.ChainId), null);
            case "eth_syncing":
                return (host.IsSyncing ? new JsonObject { ["currentBlock"] = Quantity((ulong)visible) } : JsonValue.Create(false), null);
            case "eth_getCode":
                return (host.HasCode ? "0x6080" : "0x", null);
            case "eth_getBlockByNumber":
                string which = (string)parameters[0]!;
                if (host.AnotherBlock == method && which != "latest")
                {
                    return (_canonical[0].Header(), null);
                }

                if (host.FalseHead is { } falseHead && which == "latest")
                {
                    return (falseHead.Header(), null);
                }

                ulong number = which == "latest"
                    ? (ulong)visible - 1
                    : ulong.Parse(which.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                return (number < (ulong)visible ? _canonical[(int)number].Header() : null, null);
            case "eth_getBlockByHash" when host.AnotherBlock == method:
                return (_canonical[0].Header(), null);
            case "eth_getBlockByHash":
                return (_byHash.TryGetValue((string)parameters[0]!, out Block? found) && Sees(found) ? found.Header() : null, null);
            case "eth_call":
                if (!_byHash.TryGetValue((string)parameters[1]!["blockHash"]!, out Block? at) || !Sees(at))
                {
                    return (null, new JsonObject { ["code"] = -32000, ["message"] = "header not found" });
                }

                byte[] data = Convert.FromHexString(((string)parameters[0]!["data"]!).AsSpan(2));
                return ("0x" + Convert.ToHexStringLower(CallToken(data) ?? Call(at, data)), null);
            case "eth_getLogs" when host.WithholdsLogs:
                return (new JsonArray(), null);
            case "eth_getLogs":
                JsonNode filter = parameters[0]!;
                AskedContracts = filter["address"]!.ToJsonString();
                if (filter["address"] is JsonArray && host.TakesOneContract)
                {
                    return (null, Error(-32602, "address is not a string"));
                }

                if (filter["blockHash"] is { } hash)
                {
                    return _byHash.TryGetValue((string)hash!, out Block? one) && Sees(one)
                        ? (new JsonArray([.. one.Logs().Where(log => IsAsked(log, filter)).Select(log => Return(host, log))]), null)
                        : (null, new JsonObject { ["code"] = -32000, ["message"] = "unknown block" });
                }

                ulong from = ulong.Parse(((string)filter["fromBlock"]!).AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                ulong to = ulong.Parse(((string)filter["toBlock"]!).AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (to - from + 1 > host.MaxLogRange)
                {
                    return (null, new JsonObject { ["code"] = -32602, ["message"] = "block range is too wide" });
                }

                IEnumerable<Block> asked = _canonical.Where(block => block.Number >= from && block.Number <= to);
                return (new JsonArray([.. asked.SelectMany(block => block.Logs()).Where(log => IsAsked(log, filter))]), null);
            default:
                return (null, new JsonObject { ["code"] = -32601, ["message"] = "no such method" });
        }
    }

    /// <summary>Each topic of the filter is one topic, several of which one has to be there, or null; so is its address.</summary>
    private static bool IsAsked(JsonNode log, JsonNode filter) =>
        Fits(filter["address"], (string?)log["address"]) && filter["topics"]!.AsArray().Index().All(asked =>
            Fits(asked.Item, log["topics"]!.AsArray().Count > asked.Index ? (string?)log["topics"]![asked.Index] : null));

    private static JsonNode Return(ScriptedHost host, JsonNode log)
    {
        if (host.SpoilsRegistryLogs && (string?)log["address"] == Registry.ToString())
        {
            log["data"] = "0x0";
        }

        return log;
    }

    private static bool Fits(JsonNode? asked, string? actual) =>
        asked is null || (asked is JsonArray any ? any.Any(one => (string?)one == actual) : (string?)asked == actual);

    /// <summary>`token()` of the escrow contract, and `balanceOf` of that token; null for any other function.</summary>
    private byte[]? CallToken(byte[] data) => Convert.ToHexStringLower(data.AsSpan(0, 4)) switch
    {
        "fc0c546a" => [.. new byte[12], .. Token.ToBytes()],
        "70a08231" => Balances.GetValueOrDefault(new Address(data.AsSpan(16))).ToBigEndian(),
        _ => null,
    };

    private static byte[] Call(Block at, byte[] data)
    {
        if (data.Length == 4)
        {
            return at.NextChannelId.ToBigEndian();
        }

        var id = UInt256.ReadBigEndian(data.AsSpan(4));
        byte[] answer = new byte[7 * 32];
        if (at.Channels.TryGetValue(id, out ScriptedChannel? channel))
        {
            channel.Nonce.WriteBigEndian(answer);
            channel.Sender.WriteTo(answer.AsSpan(32 + 12));
            channel.Signer.WriteTo(answer.AsSpan(64 + 12));
            channel.Recipient.WriteTo(answer.AsSpan(96 + 12));
            channel.Group.WriteTo(answer.AsSpan(128));
            channel.Value.WriteBigEndian(answer.AsSpan(160));
            channel.Expiration.WriteBigEndian(answer.AsSpan(192));
        }

        return answer;
    }

    /// <summary>How one host behaves.</summary>
    internal sealed class ScriptedHost
    {
        public ulong ChainId { get; set; } = 1;

        public bool HasCode { get; set; } = true;

        /// <summary>What it returns for eth_syncing.</summary>
        public bool IsSyncing { get; set; }

        /// <summary>Blocks that it has not received yet.</summary>
        public int Lag { get; set; }

        /// <summary>The block that it returns as its newest; null for the true one.</summary>
        public Block? FalseHead { get; set; }

        /// <summary>For this method it always returns the first block.</summary>
        public string? AnotherBlock { get; set; }

        /// <summary>Whether it returns no logs of any block, as a provider whose index of logs lags.</summary>
        public bool WithholdsLogs { get; set; }

        /// <summary>Whether it refuses a request for logs that names several contracts.</summary>
        public bool TakesOneContract { get; set; }

        /// <summary>Whether the logs of the Registry that it returns have no valid data.</summary>
        public bool SpoilsRegistryLogs { get; set; }

        public ulong MaxLogRange { get; set; } = ulong.MaxValue;

        /// <summary>Requests that it takes in one batch.</summary>
        public int MaxBatch { get; set; } = int.MaxValue;

        /// <summary>Another HTTP response, by method; null responds correctly.</summary>
        public Func<string, HttpResponseMessage?>? Fault { get; set; }

        /// <summary>A JSON-RPC error code, by method; null responds correctly.</summary>
        public Func<string, int?>? Error { get; set; }

        /// <summary>Awaited before the response.</summary>
        public Func<string, CancellationToken, Task>? Gate { get; set; }

        public List<string> Asked { get; } = [];
    }

    internal sealed record ScriptedChannel(
        UInt256 Nonce, Address Sender, Address Signer, Address Recipient, Bytes32 Group, UInt256 Value, UInt256 Expiration);

    /// <summary>One block: its events, and the state after it.</summary>
    internal sealed class Block(ulong number, string hash, string parent, Block? before)
    {
        private readonly List<(Address Source, string[] Topics, byte[] Data)> _logs = [];

        public ulong Number => number;

        public string Hash => hash;

        public Dictionary<UInt256, ScriptedChannel> Channels { get; } = before is null ? [] : new(before.Channels);

        public UInt256 NextChannelId { get; private set; } = before?.NextChannelId ?? UInt256.Zero;

        public void Open(UInt256 id, Address sender, Address recipient, Bytes32 group, UInt256 value)
        {
            Channels[id] = new ScriptedChannel(UInt256.Zero, sender, sender, recipient, group, value, 1_000_000);
            NextChannelId = NextChannelId > id ? NextChannelId : id.SaturatingAdd(UInt256.One);
            Log(
                EscrowEvents.ChannelOpen, [Word(sender), Word(recipient), group.ToBytes()],
                [id.ToBigEndian(), new byte[32], Word(sender), value.ToBigEndian(), Word(1_000_000)]);
        }

        public void AddFunds(UInt256 id, UInt256 amount)
        {
            Channels[id] = Channels[id] with { Value = Channels[id].Value.SaturatingAdd(amount) };
            Log(EscrowEvents.ChannelAddFunds, [id.ToBigEndian()], [amount.ToBigEndian()]);
        }

        public void Extend(UInt256 id, UInt256 expiration)
        {
            Channels[id] = Channels[id] with { Expiration = expiration };
            Log(EscrowEvents.ChannelExtend, [id.ToBigEndian()], [expiration.ToBigEndian()]);
        }

        public void Claim(UInt256 id, UInt256 amount, UInt256 planned)
        {
            ScriptedChannel channel = Channels[id];
            Channels[id] = channel = channel with
            {
                Value = channel.Value.SaturatingSubtract(amount), Nonce = channel.Nonce.SaturatingAdd(UInt256.One),
            };
            Log(
                EscrowEvents.ChannelClaim,
                [id.ToBigEndian(), Word(channel.Recipient)],
                [channel.Nonce.ToBigEndian(), amount.ToBigEndian(), planned.ToBigEndian(), new byte[32], channel.Value.ToBigEndian()]);
        }

        public void SenderClaim(UInt256 id)
        {
            ScriptedChannel channel = Channels[id];
            UInt256 next = channel.Nonce.SaturatingAdd(UInt256.One);
            Channels[id] = channel = channel with { Value = UInt256.Zero, Expiration = UInt256.Zero, Nonce = next };
            Log(EscrowEvents.ChannelSenderClaim, [id.ToBigEndian()], [channel.Nonce.ToBigEndian(), new byte[32]]);
        }

        /// <summary>An event of the Registry.</summary>
        public void Register(string signature, params string[] ids) => Log(
            Registry, new Bytes32(Keccak256.Hash(Encoding.ASCII.GetBytes(signature))),
            [.. ids.Select(id => Encoding.ASCII.GetBytes(id.PadRight(Bytes32.Size, '\0')))], []);

        /// <summary>An event of any contract.</summary>
        public void Log(Address source, Bytes32 kind, byte[][] indexed, byte[][] data)
        {
            string[] topics = [kind.ToString(), .. indexed.Select(word => "0x" + Convert.ToHexStringLower(word))];
            _logs.Add((source, topics, [.. data.SelectMany(word => word)]));
        }

        public JsonNode Header() => new JsonObject { ["number"] = Quantity(number), ["hash"] = hash, ["parentHash"] = parent };

        public IEnumerable<JsonNode> Logs() => _logs.Select((log, index) => (JsonNode)new JsonObject
        {
            ["address"] = log.Source.ToString(),
            ["topics"] = new JsonArray([.. log.Topics.Select(topic => (JsonNode)topic)]),
            ["data"] = "0x" + Convert.ToHexStringLower(log.Data),
            ["blockNumber"] = Quantity(number),
            ["blockHash"] = hash,
            ["logIndex"] = Quantity((ulong)index),
            ["removed"] = false,
        });

        private static byte[] Word(Address address) => [.. new byte[12], .. address.ToBytes()];

        private static byte[] Word(UInt256 number) => number.ToBigEndian();

        private void Log(Bytes32 kind, byte[][] indexed, byte[][] data) => Log(Escrow, kind, indexed, data);
    }
}
