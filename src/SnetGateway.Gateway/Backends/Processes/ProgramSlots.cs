namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>How many runs of each program there are at once, and who waits for one. First come, first served.</summary>
internal sealed class ProgramSlots(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Waits for a place. False when too many wait already, or it took too long; else <see cref="Leave"/> must follow.</summary>
    public async ValueTask<bool> EnterAsync(string name, ProgramOptions program, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource> mine;
        lock (_gate)
        {
            if (!_lines.TryGetValue(name, out Line? line))
            {
                _lines.Add(name, line = new Line());
            }

            if (line.Running < program.MaxRunning && line.Waiting.Count == 0)
            {
                line.Running++;
                return true;
            }

            if (line.Waiting.Count >= program.MaxWaiting)
            {
                return false;
            }

            mine = line.Waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        try
        {
            await mine.Value.Task.WaitAsync(program.MaxWait, time, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                if (mine.List is { } waiting)
                {
                    waiting.Remove(mine);
                }
                else if (e is TimeoutException)
                {
                    // The place came at the last moment.
                    return true;
                }
                else
                {
                    LeaveLocked(name, program.MaxRunning);
                }
            }

            if (e is OperationCanceledException)
            {
                throw;
            }

            return false;
        }
    }

    /// <summary>Gives a place back, to the first in line if there is one.</summary>
    public void Leave(string name, int maxRunning)
    {
        lock (_gate)
        {
            LeaveLocked(name, maxRunning);
        }
    }

    private void LeaveLocked(string name, int maxRunning)
    {
        Line line = _lines[name];
        line.Running--;

        // More than one may go on after the bound was raised, none after it was lowered.
        while (line.Running < maxRunning && line.Waiting.First is { } next)
        {
            line.Waiting.RemoveFirst();
            line.Running++;
            next.Value.TrySetResult();
        }
    }

    private sealed class Line
    {
        public int Running { get; set; }

        public LinkedList<TaskCompletionSource> Waiting { get; } = new();
    }
}
