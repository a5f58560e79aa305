using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Market;

/// <summary>
/// A local Ethereum node with the real contracts, funded accounts and open channels (tests/devchain), and its commands. Numbers of
/// contracts are cogs or block numbers. A command that the contract reverts throws <see cref="ChainRevertException"/>; any other failure
/// throws <see cref="InvalidOperationException"/>.
/// </summary>
public sealed class DevChain : IAsyncDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private DevChain(ChildProcess process, ChainState state, string stateFile)
    {
        Process = process;
        State = state;
        StateFile = stateFile;
    }

    /// <summary>The program that started the node and executes the commands.</summary>
    public ChildProcess Process { get; }

    /// <summary>Addresses, accounts and channels as they were after startup.</summary>
    public ChainState State { get; }

    /// <summary>The same as a JSON file, with everything that tests/devchain/README.md lists. Deleted when the chain ends.</summary>
    public string StateFile { get; }

    /// <summary>Starts a chain and waits until the contracts are deployed, which takes one to three seconds.</summary>
    public static async Task<DevChain> StartAsync(DevChainOptions? options = null)
    {
        FastRun.Refuse("chain");
        options ??= new DevChainOptions();
        string folder = Repository.Existing("tests/devchain/devchain.mjs", "the checkout is incomplete");
        Repository.Existing("tests/devchain/node_modules", "run tests/run.sh, or npm ci in tests/devchain");
        string stateFile = Path.Combine(Path.GetTempPath(), $"devchain-{Guid.NewGuid():N}.json");
        List<string> arguments =
        [
            folder, "start", "--exit-with-stdin", "--control-port", "0", "--out", stateFile,
            "--port", options.Port.ToString(CultureInfo.InvariantCulture),
            "--chain-id", options.ChainId.ToString(CultureInfo.InvariantCulture),
            "--mining", options.Mining,
        ];
        if (options.KeepStates is { } states)
        {
            arguments.AddRange(["--keep-states", states.ToString(CultureInfo.InvariantCulture)]);
        }

        if (!options.OpenChannels)
        {
            arguments.AddRange(["--channels", "none"]);
        }

        var process = ChildProcess.Start("node", arguments);
        try
        {
            string line = await process.WaitForLineAsync(text => text.StartsWith('{'), TimeSpan.FromSeconds(60));
            using var state = JsonDocument.Parse(line);
            return new DevChain(process, ChainState.Read(state.RootElement), stateFile);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a channel to the provider's group.</summary>
    /// <param name="value">Cogs put into it.</param>
    /// <param name="expiresIn">Blocks from now.</param>
    /// <param name="sender">The role of the sender.</param>
    /// <param name="signer">The role, or the address of a key, that may sign in addition to the sender.</param>
    /// <param name="recipient">The role that may claim.</param>
    /// <param name="group">The group's id as base64; null for the provider's.</param>
    public async Task<ChainChannel> OpenChannelAsync(
        BigInteger value, ulong expiresIn = 1_000_000, string sender = "consumer", string signer = "signer", string recipient = "provider",
        string? group = null)
    {
        JsonElement result = await CommandAsync(
            "open-channel",
            new { value = Text(value), expiresIn = Text(expiresIn), sender, signer, recipient, group = group ?? State.GroupIdBase64 });
        return ChainState.ReadChannel(result.GetProperty("channel"));
    }

    /// <summary>
    /// Deploys a second token (AGIX) with its own escrow contract, as the main network has two, and opens the standard channels there, with
    /// the same ids.
    /// </summary>
    /// <returns>The state with these contracts and channels.</returns>
    public async Task<ChainState> AddEscrowAsync() => ChainState.Read(await CommandAsync("add-escrow"));

    /// <summary>Reads a channel's current state; for an unknown id the contract returns zeros.</summary>
    public async Task<ChainChannel> GetChannelAsync(BigInteger channel) =>
        ChainState.ReadChannel(await CommandAsync("channel", new { channel = Text(channel) }));

    /// <summary>Adds funds, which any account may do.</summary>
    public Task AddFundsAsync(BigInteger channel, BigInteger amount) =>
        CommandAsync("add-funds", new { channel = Text(channel), amount = Text(amount) });

    /// <summary>Extends the expiration by this many blocks.</summary>
    public Task ExtendAsync(BigInteger channel, ulong byBlocks) =>
        CommandAsync("extend", new { channel = Text(channel), by = Text(byBlocks) });

    /// <summary>Claims as the recipient.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="amount">Cogs to be paid out.</param>
    /// <param name="signature">65 bytes as hex with 0x, by the channel's signer or sender over the planned amount; null creates
    /// one.</param>
    /// <param name="planned">The signed amount; null for <paramref name="amount"/>.</param>
    /// <param name="sendBack">Returns the rest to the sender, which closes the channel.</param>
    public Task ClaimAsync(
        BigInteger channel, BigInteger amount, string? signature = null, BigInteger? planned = null, bool sendBack = false)
    {
        var arguments = new Dictionary<string, object> { ["channel"] = Text(channel), ["amount"] = Text(amount), ["sendback"] = sendBack };
        if (signature is not null)
        {
            arguments["signature"] = signature;
        }

        if (planned is { } signed)
        {
            arguments["planned"] = Text(signed);
        }

        return CommandAsync("claim", arguments);
    }

    /// <summary>The sender withdraws an expired channel's funds.</summary>
    public Task ClaimTimeoutAsync(BigInteger channel) => CommandAsync("claim-timeout", new { channel = Text(channel) });

    /// <summary>Mines empty blocks.</summary>
    /// <returns>The head's number.</returns>
    public async Task<ulong> MineAsync(ulong blocks = 1) => BlockNumber(await CommandAsync("mine", new { blocks }));

    /// <summary>Writes empty blocks into the node, 12 s apart: half a millisecond each; mining slows down as the chain grows.</summary>
    /// <param name="blocks">1 to 20,000.</param>
    /// <returns>The head's number.</returns>
    public async Task<ulong> AppendBlocksAsync(int blocks) => BlockNumber(await CommandAsync("append-blocks", new { blocks }));

    /// <summary>The head's number.</summary>
    public async Task<ulong> GetBlockNumberAsync() => BlockNumber(await CommandAsync("block"));

    /// <summary>Replaces the last blocks by empty ones with other hashes; their transactions are gone.</summary>
    public async Task<ulong> ReorganizeAsync(ulong depth) => BlockNumber(await CommandAsync("reorg", new { depth }));

    /// <summary>Saves the state of the chain.</summary>
    /// <returns>An id for <see cref="RevertAsync"/>.</returns>
    public async Task<string> SnapshotAsync() => (await CommandAsync("snapshot")).GetProperty("id").GetString()!;

    /// <summary>Restores a snapshot. It can be used once.</summary>
    public Task RevertAsync(string snapshot) => CommandAsync("revert", new { id = snapshot });

    /// <summary>Sets the mining mode: automine, manual or interval:SECONDS.</summary>
    public Task SetMiningAsync(string mining) => CommandAsync("set-mining", new { mining });

    /// <summary>Any JSON-RPC call to the node.</summary>
    public Task<JsonElement> RpcAsync(string method, params object[] parameters) =>
        CommandAsync("rpc", new Dictionary<string, object> { ["method"] = method, ["params"] = parameters });

    /// <summary>Any command of the chain's command line, with its options by name.</summary>
    public async Task<JsonElement> CommandAsync(string command, object? arguments = null)
    {
        using HttpResponseMessage response = await _http.PostAsJsonAsync(new Uri(State.ControlUrl, command), arguments ?? new { });
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (answer.GetProperty("ok").GetBoolean())
        {
            return answer.GetProperty("result");
        }

        JsonElement error = answer.GetProperty("error");
        if (error.GetProperty("kind").GetString() == "revert")
        {
            throw new ChainRevertException(command, error.GetProperty("reason").GetString()!);
        }

        throw new InvalidOperationException($"{command}: {error.GetProperty("message").GetString()}");
    }

    /// <summary>Ends the chain.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
        File.Delete(StateFile);
    }

    private static ulong BlockNumber(JsonElement result) => result.GetProperty("blockNumber").GetUInt64();

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);
}
