using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Grpc.Core;
using SnetGateway.Gateway.Streams;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// One run of a program. The stream is its standard output; standard input and standard error are served concurrently. Its slot is released
/// when it has ended. Disposing it kills the program.
/// </summary>
internal sealed partial class ProgramRun(
    ProgramCall call, Process process, ProgramSlots slots, ILogger logger, CancellationToken cancellationToken)
    : ReadOnceStream
{
    private const int SigKill = 9;

    /// <summary>How long to wait, after the program's end, for output that a process outside of its group holds open.</summary>
    private static readonly TimeSpan s_leftover = TimeSpan.FromSeconds(1);

    private readonly ErrorOutput _errors = new(call, logger);
    private readonly CancellationTokenSource _closing = new();
    private CancellationTokenRegistration _registration;
    private Task _ended = Task.CompletedTask;

    /// <summary>Its failures do not count: a program may ignore its input, and close any of the three.</summary>
    private Task _inputAndErrors = Task.CompletedTask;
    private bool _isDisposed;

    public void Begin(ReadOnlyMemory<byte> input)
    {
        _ended = WaitForEndAsync();
        _inputAndErrors = Task.WhenAll(_errors.ReadAsync(process.StandardError, _closing.Token), WriteInputAsync(input));
        _registration = cancellationToken.UnsafeRegister(static state => ((ProgramRun)state!).Stop(), this);
    }

    /// <summary>Reads standard output. 0 at its end, and when the program has ended and no process of its group can write.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken _ = default)
    {
        try
        {
            Task<int> read = process.StandardOutput.BaseStream.ReadAsync(buffer, _closing.Token).AsTask();
            if (!read.IsCompleted && await Task.WhenAny(read, _ended) != read)
            {
                _closing.CancelAfter(s_leftover);
            }

            int count = await read;
            _closing.CancelAfter(Timeout.InfiniteTimeSpan);
            return count;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ProcessLog.ProgramLeftOutputOpen(logger, call.Name, call.Method);
            return 0;
        }
    }

    /// <summary>Waits for the program's end. The exit code of an end by signal N is 128 + N.</summary>
    /// <exception cref="RpcException">The exit code stands for another status than OK.</exception>
    public async Task EndAsync()
    {
        await _ended.WaitAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        _closing.CancelAfter(s_leftover);
        await _inputAndErrors.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        string code = process.ExitCode.ToString(CultureInfo.InvariantCulture);
        if (!call.Program.ExitStatuses.TryGetValue(code, out StatusCode status))
        {
            // 126 and 127: for `env`, `setsid` and shells the program cannot be executed, or is not there.
            status = process.ExitCode switch { 0 => StatusCode.OK, 126 or 127 => StatusCode.Unavailable, _ => StatusCode.Internal };
        }

        if (status != StatusCode.OK)
        {
            ProcessLog.ProgramFailed(logger, call.Name, call.Method, code, _errors.LastLine);
            bool isExposed = call.Program.ExposeErrors && _errors.LastLine.Length > 0;
            throw new RpcException(new Status(status, isExposed ? _errors.LastLine : $"the service's program ended with exit code {code}"));
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!_isDisposed)
        {
            _isDisposed = true;
            _registration.Dispose();
            Stop();
            _ = CloseAsync();
        }
    }

    private void Stop()
    {
        if (!process.HasExited)
        {
            // Until `setsid` has run there is no group of this number, and no child either.
            Kill(-process.Id, SigKill);
            Kill(process.Id, SigKill);
        }

        _closing.Cancel();
    }

    private async Task WaitForEndAsync()
    {
        await process.WaitForExitAsync();

        // Kills what the program left in the background. While such a process lives, its group's number is not given to another.
        Kill(-process.Id, SigKill);
        slots.Release(call);
    }

    private async Task WriteInputAsync(ReadOnlyMemory<byte> input)
    {
        await using Stream stream = process.StandardInput.BaseStream;
        await stream.WriteAsync(input, _closing.Token);
    }

    private async Task CloseAsync()
    {
        await _ended;
        await _inputAndErrors.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        process.StandardOutput.Dispose(); // .NET leaves streams open that were used
        process.StandardError.Dispose();
        process.Dispose();
        _closing.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial void Kill(int pid, int signal);
}
