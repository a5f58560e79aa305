using System.Runtime.InteropServices;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// All programs that run. It hears of their ends by SIGCHLD, kills what they leave behind in their groups, and reaps them; when the gateway
/// ends it kills the rest.
/// </summary>
internal sealed class ChildWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, TaskCompletionSource<ProgramExit>> _children = [];
    private PosixSignalRegistration? _signal;
    private bool _stopped;

    /// <summary>Programs that run now.</summary>
    public int Running
    {
        get
        {
            lock (_gate)
            {
                return _children.Count;
            }
        }
    }

    /// <exception cref="System.ComponentModel.Win32Exception">The program could not be started.</exception>
    public RunningProgram Start(ProgramCommand command)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (!OperatingSystem.IsLinux())
            {
                throw new PlatformNotSupportedException("Programs are started on Linux only.");
            }

            _signal ??= PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Look());
        }

        var ended = new TaskCompletionSource<ProgramExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (pid, input, output, error) = Spawn.Start(command);
        lock (_gate)
        {
            _children.Add(pid, ended);
            if (_stopped)
            {
                Spawn.KillGroup(pid);
            }
        }

        // It may have ended before it was known here.
        Look();
        return new RunningProgram(this, pid, input, output, error, ended.Task);
    }

    /// <summary>Kills a program with everything in its group; nothing happens when it has ended.</summary>
    public void Kill(int pid)
    {
        lock (_gate)
        {
            if (_children.ContainsKey(pid))
            {
                Spawn.KillGroup(pid);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (int pid in _children.Keys)
            {
                Spawn.KillGroup(pid);
            }
        }

        // The watch goes on until the last one is reaped.
        Look();
    }

    private void Look()
    {
        lock (_gate)
        {
            List<int>? ended = null;
            foreach (int pid in _children.Keys)
            {
                if (Spawn.HasEnded(pid))
                {
                    (ended ??= []).Add(pid);
                }
            }

            foreach (int pid in ended ?? [])
            {
                // Before it is reaped: until then its group's number cannot be another's.
                Spawn.KillGroup(pid);
                ProgramExit exit = Spawn.Reap(pid);
                _children.Remove(pid, out TaskCompletionSource<ProgramExit>? waiting);
                waiting!.TrySetResult(exit);
            }

            if (_stopped && _children.Count == 0)
            {
                _signal?.Dispose();
                _signal = null;
            }
        }
    }
}
