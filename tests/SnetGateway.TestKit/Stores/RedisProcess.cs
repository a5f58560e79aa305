using SnetGateway.Storage;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Stores;

/// <summary>
/// Debian's Redis on a free loopback port with its own files. It can be paused, killed, and started again on its files. Its settings are
/// those that the gateway requires, unless a test changes them.
/// </summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private static readonly string[] s_settings =
        [
            "--appendonly", "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no", "--maxmemory-policy", "noeviction",
            "--save", "",
        ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-redis-");
    private readonly string[] _more;
    private ChildProcess _process;

    private RedisProcess(string[] more)
    {
        _more = more;
        Port = FreePort.Find();
        _process = Run(more);
    }

    public int Port { get; }

    public int Pid => _process.Pid;

    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Its TLS endpoint; empty without TLS.</summary>
    public string TlsEndpoint { get; private set; } = "";

    public string RecentOutput => _process.RecentOutput;

    /// <summary>The folder of its files.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Starts it and waits until it accepts connections.</summary>
    /// <param name="more">Additional settings in redis-server's format; a later one overrides an earlier one.</param>
    public static async Task<RedisProcess> StartAsync(params string[] more)
    {
        FastRun.Refuse("redis");
        var redis = new RedisProcess(more);
        await redis.ReadyAsync();
        return redis;
    }

    /// <summary>The same with an additional TLS port, where clients must have a certificate of the authority.</summary>
    public static async Task<RedisProcess> StartWithTlsAsync(string caFile, string certificateFile, string keyFile)
    {
        int port = FreePort.Find();
        RedisProcess redis = await StartAsync(
            "--tls-port", $"{port}", "--tls-ca-cert-file", caFile, "--tls-cert-file", certificateFile, "--tls-key-file", keyFile);
        redis.TlsEndpoint = $"127.0.0.1:{port}";
        return redis;
    }

    /// <summary>Options of a store on it, with separate keys for each prefix.</summary>
    public LedgerOptions Options(string prefix = "t", string? journal = null) => new()
    {
        Store = "redis",
        CommitTimeout = TimeSpan.FromSeconds(5),
        Redis = new RedisOptions { Endpoint = Endpoint, KeyPrefix = prefix },
        Journal = new JournalOptions { Path = journal ?? Path.Combine(Folder, "journal-" + prefix) },
    };

    /// <summary>SIGSTOP: connections stay open, but it does not respond.</summary>
    public void Pause() => _process.Send(UnixSignal.Stop);

    public void Resume() => _process.Send(UnixSignal.Continue);

    /// <summary>SIGKILL, in any state.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Starts it again with its files and port.</summary>
    public async Task RestartAsync(params string[] more)
    {
        await _process.DisposeAsync();
        _process = Run([.. _more, .. more]);
        await ReadyAsync();
    }

    /// <summary>Runs one command with Redis's own client and returns its output.</summary>
    public async Task<string> CommandAsync(params string[] arguments)
    {
        await using var client = ChildProcess.Start("redis-cli", ["-p", $"{Port}", .. arguments]);
        client.CloseInput();
        await client.WaitForExitAsync();
        return client.RecentOutput;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private ChildProcess Run(string[] more) =>
        ChildProcess.Start(
            "redis-server", ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", Folder, "--daemonize", "no", .. s_settings, .. more]);

    private async Task ReadyAsync() =>
        await _process.WaitForLineAsync(static line => line.Contains("Ready to accept connections", StringComparison.Ordinal));
}
