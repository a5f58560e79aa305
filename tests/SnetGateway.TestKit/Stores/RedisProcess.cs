using System.Net;
using System.Net.Sockets;
using SnetGateway.Storage;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Stores;

/// <summary>
/// Debian's Redis on a free port of loopback, with files of its own: started, stopped in the middle, killed and started again on what it left. Its
/// settings are those that the gateway asks for, unless a test gives others.
/// </summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private static readonly string[] s_settings =
        ["--appendonly", "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no", "--maxmemory-policy", "noeviction", "--save", ""];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-redis-");
    private readonly string[] _more;
    private ChildProcess _process;

    private RedisProcess(string[] more)
    {
        _more = more;
        Port = FreePort();
        _process = Run(more);
    }

    public int Port { get; }

    public int Pid => _process.Pid;

    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Where it speaks TLS; empty where it does not.</summary>
    public string TlsEndpoint { get; private set; } = "";

    public string RecentOutput => _process.RecentOutput;

    /// <summary>Where its files lie.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Starts it and waits until it takes connections.</summary>
    /// <param name="more">Further settings as redis-server takes them; a later one wins.</param>
    public static async Task<RedisProcess> StartAsync(params string[] more)
    {
        FastRun.Refuse("redis");
        var redis = new RedisProcess(more);
        await redis.ReadyAsync();
        return redis;
    }

    /// <summary>The same with TLS on a port beside, where clients must show a certificate of the authority.</summary>
    public static async Task<RedisProcess> StartWithTlsAsync(string caFile, string certificateFile, string keyFile)
    {
        int port = FreePort();
        RedisProcess redis = await StartAsync(
            "--tls-port", $"{port}", "--tls-ca-cert-file", caFile, "--tls-cert-file", certificateFile, "--tls-key-file", keyFile);
        redis.TlsEndpoint = $"127.0.0.1:{port}";
        return redis;
    }

    /// <summary>Options of a store on it, with key names of their own for each prefix.</summary>
    public LedgerOptions Options(string prefix = "t", string? journal = null) => new()
    {
        Store = "redis",
        CommitTimeout = TimeSpan.FromSeconds(5),
        Redis = new RedisOptions { Endpoint = Endpoint, KeyPrefix = prefix },
        Journal = new JournalOptions { Path = journal ?? Path.Combine(Folder, "journal-" + prefix) },
    };

    /// <summary>SIGSTOP: connections stay, nothing is answered.</summary>
    public void Pause() => _process.Send(UnixSignal.Stop);

    public void Resume() => _process.Send(UnixSignal.Continue);

    /// <summary>SIGKILL, in the middle of whatever it does.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Starts it again on its files and its port.</summary>
    public async Task RestartAsync(params string[] more)
    {
        await _process.DisposeAsync();
        _process = Run([.. _more, .. more]);
        await ReadyAsync();
    }

    /// <summary>One command by Redis's own client, and its answer.</summary>
    public async Task<string> CommandAsync(params string[] arguments)
    {
        await using ChildProcess client = ChildProcess.Start("redis-cli", ["-p", $"{Port}", .. arguments]);
        client.CloseInput();
        await client.WaitForExitAsync();
        return client.RecentOutput;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private ChildProcess Run(string[] more) =>
        ChildProcess.Start("redis-server", ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", Folder, "--daemonize", "no", .. s_settings, .. more]);

    private async Task ReadyAsync() =>
        await _process.WaitForLineAsync(static line => line.Contains("Ready to accept connections", StringComparison.Ordinal));
}
