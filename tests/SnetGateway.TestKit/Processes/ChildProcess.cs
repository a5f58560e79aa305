using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace SnetGateway.TestKit.Processes;

/// <summary>
/// A program that a test started: its lines, signals to its pid, and an end that comes with the test's. Its standard input is
/// held open as long as it runs, so that a program which ends with its input is gone even if the test process is killed.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>How long a wait may last unless the caller says otherwise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int KeptLines = 400;
    private static readonly TimeSpan GraceBeforeKill = TimeSpan.FromSeconds(5);

    private readonly Process process;
    private readonly Channel<string> output = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> recentLines = new();

    private ChildProcess(Process process, string name)
    {
        this.process = process;
        Name = name;
    }

    /// <summary>What error messages call it.</summary>
    public string Name { get; }

    /// <summary>The process id; stays readable after the end.</summary>
    public int Pid { get; private set; }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Whether a signal has stopped it.</summary>
    public bool IsStopped => !HasExited && File.ReadAllText($"/proc/{Pid}/stat") is var stat && stat[stat.LastIndexOf(')') + 2] == 'T';

    /// <summary>The last lines of both outputs, oldest first, for messages of failed tests.</summary>
    public string RecentOutput => string.Join('\n', recentLines);

    /// <summary>The lines of standard output that nobody has read yet; completes when the output closes.</summary>
    public ChannelReader<string> OutputLines => output.Reader;

    /// <summary>Starts a program without a shell.</summary>
    /// <param name="fileName">The program: a path, or a name looked up in PATH.</param>
    /// <param name="arguments">Its arguments, as they are.</param>
    /// <param name="workingDirectory">Where it runs; null is where the test runs.</param>
    /// <param name="environment">Variables that are set besides the inherited ones; null as a value removes one.</param>
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
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
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

    /// <summary>Reads lines of standard output up to the first one that fits, and gives that one.</summary>
    /// <exception cref="InvalidOperationException">The program ended before; the message holds its last lines.</exception>
    /// <exception cref="TimeoutException">No such line came in time; the message holds its last lines.</exception>
    public async Task<string> WaitForLineAsync(Func<string, bool> fits, TimeSpan? patience = null)
    {
        using var late = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await foreach (var line in output.Reader.ReadAllAsync(late.Token))
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

        var code = await WaitForExitAsync();
        throw new InvalidOperationException($"{Name} ended with {code} before it printed the awaited line. Its output:\n{RecentOutput}");
    }

    /// <summary>Writes one line to its standard input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Closes its standard input.</summary>
    public void CloseInput() => process.StandardInput.Close();

    /// <summary>Sends a signal, if it still runs.</summary>
    public void Send(UnixSignal signal)
    {
        if (!process.HasExited)
        {
            _ = Kill(Pid, (int)signal);
        }
    }

    /// <summary>SIGKILL, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Send(UnixSignal.Kill);
        await WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits until it has ended.</summary>
    /// <returns>The exit code; 128 plus the signal's number when the signal itself ended it.</returns>
    public Task<int> TerminateAsync(TimeSpan? patience = null)
    {
        Send(UnixSignal.Terminate);
        return WaitForExitAsync(patience);
    }

    /// <summary>Waits for the end.</summary>
    /// <exception cref="TimeoutException">It still runs.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan? patience = null)
    {
        using var late = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} ({Pid}) did not end in time. Its output:\n{RecentOutput}");
        }

        return process.ExitCode;
    }

    /// <summary>Ends it: closed input and SIGTERM first, SIGKILL when it does not follow.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!process.HasExited)
            {
                CloseInput();
                Send(UnixSignal.Continue); // A stopped process would not see the others.
                await TerminateAsync(GraceBeforeKill);
            }
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            await KillAsync();
        }
        finally
        {
            process.Dispose();
        }
    }

    private void OnOutput(string? line)
    {
        if (line is null)
        {
            output.Writer.TryComplete();
            return;
        }

        Remember(line);
        output.Writer.TryWrite(line);
    }

    private void Remember(string? line)
    {
        if (line is null)
        {
            return;
        }

        recentLines.Enqueue(line);
        while (recentLines.Count > KeptLines)
        {
            recentLines.TryDequeue(out _);
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
