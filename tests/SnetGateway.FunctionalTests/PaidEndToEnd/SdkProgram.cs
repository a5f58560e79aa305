using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>A consumer's program on an unmodified SDK of npm (tests/clients).</summary>
internal static class SdkProgram
{
    /// <summary>The folder of the SDK for Node, and of that for web pages.</summary>
    public const string Node = "tests/clients/snet-sdk", Web = "tests/clients/snet-sdk-web";

    /// <summary>Calls `Say` with each text, one call after the other, and then with those that are made at the same time.</summary>
    /// <param name="chain">The local chain.</param>
    /// <param name="gateway">The gateway; `ipfs` of the settings replaces the documents that the program makes for it.</param>
    /// <param name="settings">The other fields of the program's job.</param>
    /// <param name="sdk">The SDK's folder.</param>
    /// <param name="texts">What is said.</param>
    /// <returns>The program's line for each call.</returns>
    public static async Task<IReadOnlyList<JsonElement>> RunAsync(
        DevChain chain, GatewayProcess gateway, object settings, string sdk, params string[] texts)
    {
        Repository.Existing($"{sdk}/node_modules", $"run tests/run.sh, or npm ci in {sdk}");
        JsonObject job = JsonSerializer.SerializeToNode(settings)!.AsObject();
        job["chain"] = chain.StateFile;
        job["endpoint"] = gateway.Endpoint;
        job["texts"] = JsonSerializer.SerializeToNode(texts);
        await using var client = ChildProcess.Start(
            "node", [Repository.Existing($"{sdk}/pay.mjs", "the checkout is incomplete"), job.ToJsonString()]);
        List<JsonElement> calls = [];
        int count = texts.Length + (job["concurrentTexts"]?.AsArray().Count ?? 0);
        for (int i = 0; i < count; i++)
        {
            // The SDK writes its own log to the same output.
            string line = await client.WaitForLineAsync(text => text.StartsWith("{\"code\":", StringComparison.Ordinal));
            calls.Add(JsonSerializer.Deserialize<JsonElement>(line));
        }

        return calls;
    }
}
