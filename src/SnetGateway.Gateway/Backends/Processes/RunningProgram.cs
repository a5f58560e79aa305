using System.IO.Pipes;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>A program of one call, from its start to its end. Disposing it kills what still runs.</summary>
internal sealed class RunningProgram(ChildWatch watch, int pid, PipeStream input, PipeStream output, PipeStream error, Task<ProgramExit> ended) : IDisposable
{
    public int Pid => pid;

    public PipeStream Output => output;

    public PipeStream Error => error;

    /// <summary>Done when the program has ended and everything in its group is dead.</summary>
    public Task<ProgramExit> Ended => ended;

    /// <summary>Gives the program its message, and the end of it. A program need not read it.</summary>
    public async Task WriteInputAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        try
        {
            await input.WriteAsync(message, cancellationToken);
        }
        catch (IOException)
        {
            // It closed its input before the end, which is its own affair.
        }
        catch (OperationCanceledException)
        {
            // The call is over.
        }
        finally
        {
            await input.DisposeAsync();
        }
    }

    public void Kill() => watch.Kill(pid);

    public void Dispose()
    {
        Kill();
        input.Dispose();
        output.Dispose();
        error.Dispose();
    }
}
