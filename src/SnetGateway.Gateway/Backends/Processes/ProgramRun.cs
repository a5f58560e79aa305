using Grpc.Core;
using SnetGateway.Gateway.Streams;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>One call's run of a program: its place, its input and its standard error beside the answer, and what its end means.</summary>
internal sealed class ProgramRun(
    string name, string method, ProgramOptions program, RunningProgram running, ProgramSlots slots, ReadOnlyMemory<byte> message, ILogger logger)
    : ReadOnceStream
{
    /// <summary>How long output is waited for that a process outside the program's group holds open.</summary>
    private static readonly TimeSpan Leftover = TimeSpan.FromSeconds(1);

    private readonly ErrorOutput _errors = new(name, method, program.MaxLoggedErrorBytes, logger);
    private readonly CancellationTokenSource _over = new();
    private CancellationTokenRegistration _call;
    private CancellationToken _callToken;
    private Task _beside = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Begins to feed the program and to hear it.</summary>
    /// <param name="cancellationToken">Kills the program, for as long as this run is not disposed of.</param>
    public void Begin(CancellationToken cancellationToken)
    {
        _callToken = cancellationToken;
        _beside = Task.WhenAll(_errors.ReadAsync(running.Error, _over.Token), running.WriteInputAsync(message, _over.Token));
        _call = cancellationToken.UnsafeRegister(static state => ((ProgramRun)state!).Stop(), this);
    }

    /// <summary>Reads standard output; 0 at its end, or when the program has ended and nobody of its group can write any more.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            ValueTask<int> reading = running.Output.ReadAsync(buffer, _over.Token);
            if (reading.IsCompleted)
            {
                return await reading;
            }

            Task<int> read = reading.AsTask();
            if (await Task.WhenAny(read, running.Ended) != read)
            {
                // Whoever could write is dead: the rest is in the pipe already, or a process that left the group holds it open.
                _over.CancelAfter(Leftover);
            }

            int count = await read;
            _over.CancelAfter(Timeout.InfiniteTimeSpan);
            return count;
        }
        catch (OperationCanceledException) when (!_callToken.IsCancellationRequested)
        {
            ProcessLog.ProgramLeftOutputOpen(logger, name, method);
            return 0;
        }
        catch (IOException) when (_callToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(_callToken);
        }
    }

    /// <summary>What the program's end means to the client. Waits for it.</summary>
    public async Task<Status> EndAsync()
    {
        ProgramExit exit = await running.Ended.WaitAsync(_callToken);
        _callToken.ThrowIfCancellationRequested();
        _over.CancelAfter(Leftover);
        await _beside;
        if (exit.IsSuccess)
        {
            return Status.DefaultSuccess;
        }

        string key = exit.Code.ToString(System.Globalization.CultureInfo.InvariantCulture);
        StatusCode code = exit.Signal == 0 && program.ExitStatuses.TryGetValue(key, out StatusCode chosen) ? chosen : StatusCode.Internal;
        if (code == StatusCode.OK)
        {
            return Status.DefaultSuccess;
        }

        ProcessLog.ProgramFailed(logger, name, method, exit.Code, exit.Signal, _errors.LastLine);
        string text = program.TellErrors && _errors.LastLine.Length > 0 ? _errors.LastLine
            : exit.Signal == 0 ? $"the service's program ended with exit code {key}"
            : "the service's program was ended by a signal";
        return new Status(code, text);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _call.Dispose();
        Stop();

        // The place is free when the process is gone, and not when somebody stopped looking.
        running.Ended.ContinueWith(
            _ => slots.Release(name, program.MaxRunning), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _beside.ContinueWith(
            _ =>
            {
                running.Dispose();
                _over.Dispose();
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Stop()
    {
        running.Kill();
        _over.Cancel();
    }
}
