using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace SnetGateway.TestKit.Processes;

/// <summary>
/// A program that a test started: its output lines, and signals to it. It ends with the test. Its standard input stays open while the test
/// runs, so a program that ends with its input is gone even if the test process is killed.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>The default time limit of a wait.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int KeptLines = 400;
    private static readonly TimeSpan s_graceBeforeKill = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Channel<string> _output = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> _recentLines = new();

    private ChildProcess(Process process, string name)
    {
        _process = process;
        Name = name;
    }

    /// <summary>Its name in error messages.</summary>
    public string Name { get; }

    /// <summary>The process id; readable also after it has ended.</summary>
    public int Pid { get; private set; }

    /// <summary>True when it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>True when a signal has stopped it.</summary>
    public bool IsStopped => !HasExited && File.ReadAllText($"/proc/{Pid}/stat") is var stat && stat[stat.LastIndexOf(')') + 2] == 'T';

    /// <summary>The last lines of both outputs, oldest first, for messages of failed tests.</summary>
    public string RecentOutput => string.Join('\n', _recentLines);

    /// <summary>The unread lines of standard output; completes when the output closes.</summary>
    public ChannelReader<string> OutputLines => _output.Reader;

    /// <summary>Starts a program without a shell.</summary>
    /// <param name="fileName">The program: a path, or a name to find in PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="workingDirectory">Its working directory; null for the test's.</param>
    /// <param name="environment">Variables to set in addition to the inherited ones; null as a value removes one.</param>
    /// <exception cref="InvalidOperationException">The program cannot be started; the message names it.</exception>
    public static ChildProcess Start(
        string fileName,
        IEnumerable<string> arguments,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? string.Empty,
        };
        foreach ((string? name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        foreach (string compileOnce in (string[])["DOTNET_TieredPGO", "DOTNET_TC_CallCounting"])
        {
            // It runs for seconds: to compile its code a second time, by what was counted, costs more than it saves.
            _ = start.Environment.TryAdd(compileOnce, "0");
        }

        var process = new Process { StartInfo = start };
        var child = new ChildProcess(process, Path.GetFileName(fileName));
        process.OutputDataReceived += (_, line) => child.OnOutput(line.Data);
        process.ErrorDataReceived += (_, line) => child.Remember(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            throw new InvalidOperationException($"{fileName} cannot be started: {e.Message}", e);
        }

        child.Pid = process.Id;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Reads lines of standard output up to the first one that matches, and returns it.</summary>
    /// <exception cref="InvalidOperationException">The program ended before; the message contains its last lines.</exception>
    /// <exception cref="TimeoutException">No line matched in time; the message contains its last lines.</exception>
    public async Task<string> WaitForLineAsync(Func<string, bool> fits, TimeSpan? patience = null)
    {
        using var late = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await foreach (string line in _output.Reader.ReadAllAsync(late.Token))
            {
                if (fits(line))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} ({Pid}) did not print the awaited line in time. Its output:\n{RecentOutput}");
        }

        int code = await WaitForExitAsync();
        throw new InvalidOperationException($"{Name} ended with {code} before it printed the awaited line. Its output:\n{RecentOutput}");
    }

    /// <summary>Writes one line to its standard input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Closes its standard input.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Sends a signal, if it still runs.</summary>
    public void Send(UnixSignal signal)
    {
        if (!_process.HasExited)
        {
            _ = Kill(Pid, (int)signal);
        }
    }

    /// <summary>SIGKILL, and waits until it has ended.</summary>
    public async Task KillAsync()
    {
        Send(UnixSignal.Kill);
        await WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits until it has ended.</summary>
    /// <returns>The exit code; 128 plus the signal's number when the signal ended it.</returns>
    public Task<int> TerminateAsync(TimeSpan? patience = null)
    {
        Send(UnixSignal.Terminate);
        return WaitForExitAsync(patience);
    }

    /// <summary>Waits until it has ended.</summary>
    /// <exception cref="TimeoutException">It still runs.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan? patience = null)
    {
        using var late = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} ({Pid}) did not end in time. Its output:\n{RecentOutput}");
        }

        return _process.ExitCode;
    }

    /// <summary>Ends it: closes its input and sends SIGTERM, and SIGKILL when that does not end it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                CloseInput();
                Send(UnixSignal.Continue); // a stopped process would not handle the other signals
                await TerminateAsync(s_graceBeforeKill);
            }
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            await KillAsync();
        }
        finally
        {
            _process.Dispose();
        }
    }

    private void OnOutput(string? line)
    {
        if (line is null)
        {
            _output.Writer.TryComplete();
            return;
        }

        Remember(line);
        _output.Writer.TryWrite(line);
    }

    private void Remember(string? line)
    {
        if (line is null)
        {
            return;
        }

        _recentLines.Enqueue(line);
        while (_recentLines.Count > KeptLines)
        {
            _recentLines.TryDequeue(out _);
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
