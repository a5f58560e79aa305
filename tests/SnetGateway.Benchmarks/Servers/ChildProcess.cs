using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>A process of this run. Its id stands in a file while it runs, so that the script can end it if this program cannot.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _pidFile;
    private readonly string _logFile;
    private bool _disposed;

    private ChildProcess(Process process, string pidFile, string logFile)
    {
        _process = process;
        _pidFile = pidFile;
        _logFile = logFile;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts <paramref name="command"/>; what it writes goes to a file in <paramref name="folder"/>.</summary>
    public static ChildProcess Start(
        string name, string folder, IEnumerable<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        // The shell becomes the command, so the id is the command's own; only it can point the output at a file.
        string log = Path.Combine(folder, $"{name}.log");
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = folder };
        foreach (string argument in (string[])["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", log, .. command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string? key, string? value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start.");
        string pidFile = Path.Combine(folder, $"{name}.pid");
        File.WriteAllText(pidFile, $"{process.Id}\n");
        return new ChildProcess(process, pidFile, log);
    }

    /// <summary>Waits until <paramref name="ready"/> says yes.</summary>
    /// <exception cref="InvalidOperationException">The process ended before, or the time is over; the message ends with its
    /// output.</exception>
    public async Task WaitAsync(
        string what, Func<CancellationToken, Task<bool>> ready, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (!await ready(cancellationToken))
        {
            if (_process.HasExited || time.GetElapsedTime(start) > TimeSpan.FromSeconds(60))
            {
                throw new InvalidOperationException($"{what} is not ready. Its output:\n{Output()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    /// <summary>Waits until it ends by itself, and gives its exit code.</summary>
    /// <exception cref="InvalidOperationException">It still runs after <paramref name="patience"/>.</exception>
    public async Task<int> WaitForEndAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(patience);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"It did not end within {patience}. Its output:\n{Output()}");
        }
    }

    /// <summary>What it wrote so far.</summary>
    public string Output() => File.ReadAllText(_logFile);

    /// <summary>Asks the process to end, and kills it if it does not within ten seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Terminate);
            using var patience = new CancellationTokenSource(s_patience);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
        File.Delete(_pidFile);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
