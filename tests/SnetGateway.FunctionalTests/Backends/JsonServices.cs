using System.Text.Json;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>A JSON-RPC server and an HTTP API of Node (tests/backends/node), shared by the tests of one class.</summary>
public sealed class JsonServices : IAsyncLifetime
{
    private ChildProcess? _process;

    /// <summary>Address of the JSON-RPC server.</summary>
    public Uri JsonRpc { get; private set; } = null!;

    /// <summary>Address of the HTTP API.</summary>
    public Uri Http { get; private set; } = null!;

    /// <summary>Its process id.</summary>
    public int Pid { get; private set; }

    /// <summary>The address of a kind.</summary>
    public Uri Of(string kind) => kind == "http" ? Http : JsonRpc;

    public async ValueTask InitializeAsync()
    {
        Repository.Existing("tests/backends/node/node_modules/jayson", "run 'npm ci' in tests/backends/node");
        _process = ChildProcess.Start("node", [Repository.Existing("tests/backends/node/services.mjs", "it belongs to the repository")]);
        using var line = JsonDocument.Parse(await _process.WaitForLineAsync(text => text.StartsWith('{')));
        JsonRpc = new Uri($"http://127.0.0.1:{line.RootElement.GetProperty("jsonrpc").GetInt32()}/rpc");
        Http = new Uri($"http://127.0.0.1:{line.RootElement.GetProperty("http").GetInt32()}/api");
        Pid = line.RootElement.GetProperty("pid").GetInt32();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
