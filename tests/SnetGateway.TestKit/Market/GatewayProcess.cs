using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Market;

/// <summary>
/// The gateway as a separate process with a configuration file in its own folder. It can be killed and started again with the same ledger
/// and ports. Its log is kept, and an error that the test did not expect fails the test when the gateway is disposed.
/// </summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    private const int StartedEvent = 1010;
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _probes = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly ConcurrentQueue<GatewayLogLine> _log = new();
    private readonly HashSet<int> _expectedErrors = [];
    private readonly string _configFile;
    private ChildProcess _process = null!;
    private ChildProcess? _guard;
    private Task _reading = Task.CompletedTask;
    private IPEndPoint _publicAddress = new(IPAddress.Loopback, FreePort.Find());
    private IPEndPoint _adminAddress = new(IPAddress.Loopback, FreePort.Find());

    private GatewayProcess(GatewaySettings settings)
    {
        Settings = settings;
        Folder = Directory.CreateTempSubdirectory("snet-gateway-").FullName;
        _configFile = Path.Combine(Folder, "appsettings.json");
    }

    /// <summary>Its configuration. A change takes effect at the next start and for commands.</summary>
    public GatewaySettings Settings { get; set; }

    /// <summary>Its working directory, with the configuration and, by default, the ledger.</summary>
    public string Folder { get; }

    /// <summary>host:port for consumers.</summary>
    public string Endpoint => _publicAddress.ToString();

    /// <summary>The operator's listener.</summary>
    public Uri Admin => new($"http://{_adminAddress}");

    /// <summary>The current process, or the last one.</summary>
    public ChildProcess Process => _process;

    /// <summary>All lines of its log since the first start, oldest first.</summary>
    public IReadOnlyCollection<GatewayLogLine> Log => _log;

    /// <summary>Starts a gateway and waits until it is ready.</summary>
    public static async Task<GatewayProcess> StartAsync(GatewaySettings settings)
    {
        var gateway = new GatewayProcess(settings);
        try
        {
            await gateway.StartAgainAsync();
            await gateway.WaitUntilReadyAsync();
            return gateway;
        }
        catch
        {
            await gateway.EndAsync();
            throw;
        }
    }

    /// <summary>Starts it again after it has ended, and waits until it listens.</summary>
    public async Task StartAgainAsync()
    {
        await File.WriteAllTextAsync(_configFile, Settings.Write(Folder, $"{_publicAddress}", $"{_adminAddress}"));

        // A write beyond a file size limit must fail, as on a full disk, and not end the process, so the shell ignores the signal.
        _process = ChildProcess.Start(
            "/bin/sh", ["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", Binary(), .. Arguments("serve")], Folder, Environment());

        // The gateway does not end with its input. The guard process does, and ends the gateway when the test process is gone.
        _guard = ChildProcess.Start(
            "/bin/sh", ["-c", "read line || kill -TERM \"$0\"", _process.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        var started = new TaskCompletionSource<GatewayLogLine>(TaskCreationOptions.RunContinuationsAsynchronously);
        _reading = ReadLogAsync(_process, started);
        GatewayLogLine line;
        try
        {
            line = await started.Task.WaitAsync(s_startPatience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The gateway did not start in time. Its output:\n{_process.RecentOutput}");
        }
        catch (InvalidOperationException)
        {
            await ReleaseAsync();
            throw;
        }

        _publicAddress = IPEndPoint.Parse(line.Values["Public"]);
        _adminAddress = IPEndPoint.Parse(line.Values["Admin"]);
    }

    /// <summary>
    /// Makes the gateway send itself a signal when it passes a point for the n-th time from now. The points are those of
    /// tests/SnetGateway.CrashPoints. The last call replaces earlier ones.
    /// </summary>
    public Task CrashAtAsync(string point, int times, UnixSignal signal) =>
        _process.WriteLineAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{point} {times} {(int)signal}"));

    /// <summary>SIGKILL, in any state.</summary>
    public async Task KillAsync()
    {
        await _process.KillAsync();
        await ReleaseAsync();
    }

    /// <summary>SIGTERM, and waits until it has ended.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        int code = await _process.TerminateAsync(TimeSpan.FromSeconds(60));
        await ReleaseAsync();
        return code;
    }

    /// <summary>The response of `/readyz` on the operator's listener: null when ready, otherwise the reason.</summary>
    public async Task<string?> AskReadinessAsync()
    {
        using HttpResponseMessage answer = await _probes.GetAsync(new Uri(Admin, "/readyz"));
        return answer.IsSuccessStatusCode ? null : await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Waits until `/readyz` reports ready.</summary>
    public Task WaitUntilReadyAsync() => Eventually.TrueAsync("the gateway is ready", async () => await AskReadinessAsync() is null);

    /// <summary>Expects errors with these event ids.</summary>
    /// <param name="eventIds">Event ids of log lines of level error or critical.</param>
    public void ExpectErrors(params int[] eventIds) => _expectedErrors.UnionWith(eventIds);

    /// <summary>The binary that SNET_TEST_GATEWAY names: published, compiled ahead. Otherwise the one built with the tests.</summary>
    public static string Program => System.Environment.GetEnvironmentVariable("SNET_TEST_GATEWAY") is { Length: > 0 } named
        ? named
        : Repository.Existing($"src/SnetGateway.Gateway/bin/{Repository.Configuration}/net10.0/snet-gateway", "build the solution");

    /// <summary>Runs another command of the same binary with the same configuration.</summary>
    public async Task<CommandResult> RunCommandAsync(params string[] arguments)
    {
        await using var command = ChildProcess.Start(Binary(), Arguments(arguments), Folder);
        using var late = new CancellationTokenSource(s_startPatience);
        List<string> lines = [];
        await foreach (string line in command.OutputLines.ReadAllAsync(late.Token))
        {
            lines.Add(line);
        }

        return new CommandResult(await command.WaitForExitAsync(), lines, command.RecentOutput);
    }

    /// <summary>Stops it and deletes its folder. Throws when it did not end regularly, or logged an unexpected error.</summary>
    public async ValueTask DisposeAsync()
    {
        int code = 0;
        try
        {
            code = _process.HasExited ? 0 : await StopAsync();
        }
        finally
        {
            await EndAsync();
        }

        if (code != 0)
        {
            throw new InvalidOperationException($"The gateway ended with {code}. Its output:\n{_process.RecentOutput}");
        }

        GatewayLogLine[] errors =
            [.. _log.Where(line => line.IsError && !_expectedErrors.Contains(line.EventId) && !IsOfABusyMachine(line))];
        if (errors.Length > 0)
        {
            throw new InvalidOperationException(
                "The gateway logged errors:\n" + string.Join(
                    '\n', errors.Select(error => $"{error.EventId} {error.Category}: {error.Message} {error.Exception}")));
        }
    }

    /// <summary>The ledger's probe timed out and recovered: the disk was busy, which is not a fault of the gateway.</summary>
    private static bool IsOfABusyMachine(GatewayLogLine line) =>
        line.EventId == 3011 && line.Message.Contains("timed out", StringComparison.Ordinal);

    private string Binary() => Settings.Binary ?? Program;

    private Dictionary<string, string?> Environment()
    {
        Dictionary<string, string?> variables = new(Settings.Environment);
        if (Settings.HasCrashPoints)
        {
            variables["DOTNET_STARTUP_HOOKS"] = Repository.Existing(
                $"tests/SnetGateway.CrashPoints/bin/{Repository.Configuration}/net10.0/SnetGateway.CrashPoints.dll", "build the solution");
        }

        return variables;
    }

    private string[] Arguments(params string[] command) =>
        [.. command, "--config", _configFile, .. Settings.Options.Select(option => $"--{option.Key}={option.Value}")];

    private async Task EndAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            await ReleaseAsync();
        }

        _probes.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task ReleaseAsync()
    {
        await _reading;
        if (_guard is not null)
        {
            await _guard.WriteLineAsync("gone");
            await _guard.WaitForExitAsync();
            await _guard.DisposeAsync();
            _guard = null;
        }
    }

    private async Task ReadLogAsync(ChildProcess source, TaskCompletionSource<GatewayLogLine> started)
    {
        JsonException? broken = null;
        await foreach (string text in source.OutputLines.ReadAllAsync())
        {
            if (broken is not null)
            {
                throw broken; // a kill may truncate the last line only
            }

            GatewayLogLine? line;
            try
            {
                line = GatewayLogLine.Read(text);
            }
            catch (JsonException exception)
            {
                broken = exception;
                continue;
            }

            if (line is null)
            {
                continue;
            }

            _log.Enqueue(line);
            if (line.EventId == StartedEvent)
            {
                started.TrySetResult(line);
            }
        }

        started.TrySetException(new InvalidOperationException($"The gateway ended before it listened. Its output:\n{source.RecentOutput}"));
    }
}
