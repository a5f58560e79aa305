using System.Globalization;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Etcd;

/// <summary>
/// One etcd process on loopback with its own data folder. It can be killed, paused, and started again with the same data and ports. It ends
/// with the test.
/// </summary>
public sealed class EtcdProcess : IAsyncDisposable
{
    private readonly EtcdProcessOptions _options;
    private readonly string _folder = Directory.CreateTempSubdirectory("etcd-").FullName;
    private readonly int _clientPort;
    private readonly int _peerPort;
    private IReadOnlyList<EtcdProcess> _members;
    private ChildProcess? _process;
    private ChildProcess? _guard;

    private EtcdProcess(string name, EtcdProcessOptions options)
    {
        Name = name;
        _options = options;
        _members = [this];
        _clientPort = FreePort.Find();
        _peerPort = FreePort.Find();
    }

    /// <summary>Its name within the cluster.</summary>
    public string Name { get; }

    /// <summary>Its client URL.</summary>
    public string Endpoint =>
        $"{(_options.Tls is null ? "http" : "https")}://127.0.0.1:{_clientPort.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The current process, or the last one.</summary>
    public ChildProcess Process => _process ?? throw new InvalidOperationException("It was never started.");

    private string PeerUrl => $"http://127.0.0.1:{_peerPort.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Starts a cluster of one and waits until it responds.</summary>
    public static async Task<EtcdProcess> StartAsync(EtcdProcessOptions? options = null)
    {
        FastRun.Refuse("etcd");
        var etcd = new EtcdProcess("one", options ?? new EtcdProcessOptions());
        try
        {
            await etcd.StartAgainAsync();
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates the members of a cluster without starting them.</summary>
    internal static IReadOnlyList<EtcdProcess> CreateMembers(int count, EtcdProcessOptions options)
    {
        EtcdProcess[] members = [.. Enumerable.Range(1, count).Select(number => new EtcdProcess($"member{number}", options))];
        foreach (EtcdProcess member in members)
        {
            member._members = members;
        }

        return members;
    }

    /// <summary>Starts it again after it has ended, without waiting.</summary>
    public void Start()
    {
        List<string> arguments =
        [
            "--name", Name, "--data-dir", Path.Combine(_folder, "data"),
            "--listen-client-urls", Endpoint, "--advertise-client-urls", Endpoint,
            "--listen-peer-urls", PeerUrl, "--initial-advertise-peer-urls", PeerUrl,
            "--initial-cluster", string.Join(',', _members.Select(member => $"{member.Name}={member.PeerUrl}")),
            "--initial-cluster-token", Path.GetFileName(_members[0]._folder),
            "--heartbeat-interval", "50", "--election-timeout", "500", "--log-level", "warn",
            .. _options.Arguments,
        ];
        if (_options.Tls is { } tls)
        {
            arguments.AddRange(
                ["--cert-file", tls.CertificateFile, "--key-file", tls.KeyFile, "--trusted-ca-file", tls.CaFile, "--client-cert-auth"]);
        }

        // etcd does not end with its input. The guard process does, and ends etcd when the test process is gone.
        _process = ChildProcess.Start(Binary("etcd"), arguments, _folder);
        _guard = ChildProcess.Start(
            "/bin/sh", ["-c", "read line || kill -KILL \"$0\"", _process.Pid.ToString(CultureInfo.InvariantCulture)]);
    }

    /// <summary>Starts it again and waits until it responds; in a cluster, until there is a leader.</summary>
    public async Task StartAgainAsync()
    {
        Start();
        await WaitUntilHealthyAsync();
    }

    /// <summary>Waits until it accepts writes.</summary>
    public Task WaitUntilHealthyAsync() =>
        Eventually.TrueAsync(
            $"etcd {Name} answers; its output: {_process?.RecentOutput}",
            async () => (await TryControlAsync("endpoint", "health")).Code == 0);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        await Process.KillAsync();
        await EndGuardAsync();
    }

    /// <summary>Saves a backup.</summary>
    /// <returns>Its file.</returns>
    public async Task<string> BackUpAsync()
    {
        string file = Path.Combine(_folder, "backup");
        await ControlAsync("snapshot", "save", file);
        return file;
    }

    /// <summary>Starts it again after it has ended, with the data of a backup, or with none.</summary>
    public async Task RestoreAsync(string? backup)
    {
        string data = Path.Combine(_folder, "data");
        Directory.Delete(data, recursive: true);
        if (backup is not null)
        {
            await ControlAsync(
                "snapshot", "restore", backup, "--name", Name, "--data-dir", data, "--initial-cluster", $"{Name}={PeerUrl}",
                "--initial-cluster-token", Path.GetFileName(_members[0]._folder), "--initial-advertise-peer-urls", PeerUrl);
        }

        await StartAgainAsync();
    }

    /// <summary>SIGSTOP: its sockets stay open, but it does not respond.</summary>
    public void Pause() => Process.Send(UnixSignal.Stop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Process.Send(UnixSignal.Continue);

    /// <summary>Runs etcdctl on this member.</summary>
    /// <returns>Its output.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message contains its output.</exception>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        (int code, string output) = await TryControlAsync(arguments);
        return code == 0
            ? output
            : throw new InvalidOperationException($"etcdctl {string.Join(' ', arguments)} ended with {code}: {output}");
    }

    /// <summary>Runs etcdctl on this member and returns its exit code as well.</summary>
    public async Task<(int Code, string Output)> TryControlAsync(params string[] arguments)
    {
        List<string> all = ["--endpoints", Endpoint, "--command-timeout", "5s", .. arguments];
        if (_options.Tls is { } tls)
        {
            all.AddRange(["--cacert", tls.CaFile, "--cert", tls.CertificateFile, "--key", tls.KeyFile]);
        }

        await using var control = ChildProcess.Start(
            Binary("etcdctl"), all, environment: new Dictionary<string, string?> { ["ETCDCTL_API"] = "3" });
        int code = await control.WaitForExitAsync();
        return (code, control.RecentOutput);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // Killed, because a regular shutdown would first hand over the leadership.
            await _process.KillAsync();
            await _process.DisposeAsync();
            await EndGuardAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async ValueTask EndGuardAsync()
    {
        if (_guard is not null)
        {
            await _guard.KillAsync();
            await _guard.DisposeAsync();
            _guard = null;
        }
    }

    private static string Binary(string name) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Append("/usr/bin").Select(place => Path.Combine(place, name)).FirstOrDefault(
            File.Exists)
        ?? throw new InvalidOperationException(
            $"{name} is missing: run tests/run.sh, or install Debian's packages etcd-server and etcd-client.");
}
