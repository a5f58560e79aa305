using System.Text.Json;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Market;

/// <summary>A node of IPFS and a gateway in one process (tests/ipfs), on real blocks, without peers.</summary>
public sealed class IpfsServer : IAsyncDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly ChildProcess _process;

    private IpfsServer(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>The base URL of its API, and of its gateway.</summary>
    public Uri Address { get; }

    /// <summary>Starts one on a free port.</summary>
    public static async Task<IpfsServer> StartAsync()
    {
        FastRun.Refuse("chain");
        string program = Repository.Existing("tests/ipfs/ipfs.mjs", "the checkout is incomplete");
        Repository.Existing("tests/ipfs/node_modules", "run tests/run.sh, or npm ci in tests/ipfs");
        var process = ChildProcess.Start("node", [program]);
        try
        {
            using var line = JsonDocument.Parse(await process.WaitForLineAsync(text => text.StartsWith('{')));
            return new IpfsServer(process, new Uri(line.RootElement.GetProperty("url").GetString()!));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a file.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="form">version0, version1 or large (tests/ipfs/files.mjs).</param>
    /// <returns>Its id.</returns>
    public async Task<string> AddAsync(byte[] content, string form = "version0")
    {
        using HttpResponseMessage response = await _http.PostAsync(
            new Uri(Address, $"api/v0/add?form={form}"), new ByteArrayContent(content));
        using var answer = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        return answer.RootElement.GetProperty("Hash").GetString()!;
    }

    /// <summary>How it behaves from now on: ok, down, wrong, files, silent or redirect (tests/ipfs/ipfs.mjs).</summary>
    public async Task SetModeAsync(string mode)
    {
        using HttpResponseMessage response = await _http.PostAsync(new Uri(Address, $"test/mode?value={mode}"), null);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
