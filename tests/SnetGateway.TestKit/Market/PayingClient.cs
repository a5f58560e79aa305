using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Market;

/// <summary>Runs the paying clients of tests/clients, which share no code with the gateway.</summary>
public static class PayingClient
{
    // The interpreter that Debian's grpcio belongs to, independent of PATH.
    internal const string DebianPython = "/usr/bin/python3";

    private static readonly ConcurrentDictionary<ClientStack, ConcurrentBag<PayingSession>> s_idle = new();

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new DecimalTextConverter() },
    };

    /// <summary>
    /// Runs a job and returns the calls in the order in which they ended. Clients that have done their job wait for the next one, of any
    /// test, and end with the test process.
    /// </summary>
    /// <exception cref="InvalidOperationException">The client failed; the message contains its output.</exception>
    public static async Task<IReadOnlyList<CallReport>> RunAsync(ClientStack stack, ClientJob job, TimeSpan? patience = null)
    {
        ConcurrentBag<PayingSession> idle = s_idle.GetOrAdd(stack, _ => []);
        PayingSession client = idle.TryTake(out PayingSession? waiting) ? waiting : new PayingSession(stack);
        try
        {
            return await client.RunAsync(job, patience);
        }
        finally
        {
            idle.Add(client);
        }
    }

    /// <summary>Makes one call and returns its report.</summary>
    public static async Task<CallReport> CallAsync(ClientStack stack, ClientJob job, TimeSpan? patience = null) =>
        (await RunAsync(stack, job, patience)).Single();

    /// <summary>Signs a claim: 65 bytes as hex with 0x.</summary>
    public static async Task<string> SignAsync(ClientStack stack, ClientPayment claim)
    {
        await using ChildProcess client = Start(stack, new ClientJob { Sign = claim });
        string line = await client.WaitForLineAsync(text => text.StartsWith('{'));
        return JsonSerializer.Deserialize<JsonElement>(line).GetProperty("signature").GetString()!;
    }

    /// <summary>Starts a job and returns while it runs; read its lines with <see cref="ReadCall"/>.</summary>
    public static ChildProcess Start(ClientStack stack, ClientJob job) => Start(stack, Write(job));

    /// <summary>Starts a client that reads jobs, one a line, from its standard input.</summary>
    internal static ChildProcess Start(ClientStack stack) => Start(stack, []);

    /// <summary>A job as one line.</summary>
    internal static string Write(ClientJob job) => JsonSerializer.Serialize(job, s_json);

    /// <summary>Parses a line of output; null when the line only announces a first message.</summary>
    public static CallReport? ReadCall(string line)
    {
        using var parsed = JsonDocument.Parse(line);
        return parsed.RootElement.TryGetProperty("code", out _) ? parsed.RootElement.Deserialize<CallReport>(s_json) : null;
    }

    private static ChildProcess Start(ClientStack stack, params string[] arguments)
    {
        if (stack == ClientStack.Python)
        {
            return ChildProcess.Start(
                DebianPython, [Repository.Existing("tests/clients/python/pay.py", "the checkout is incomplete"), .. arguments]);
        }

        Repository.Existing("tests/clients/node/node_modules", "run tests/run.sh, or npm ci in tests/clients/node");
        return ChildProcess.Start("node", [Repository.Existing("tests/clients/node/pay.mjs", "the checkout is incomplete"), .. arguments]);
    }

    private sealed class DecimalTextConverter : JsonConverter<BigInteger>
    {
        public override BigInteger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            BigInteger.Parse(reader.GetString()!, CultureInfo.InvariantCulture);

        public override void Write(Utf8JsonWriter writer, BigInteger value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }
}
