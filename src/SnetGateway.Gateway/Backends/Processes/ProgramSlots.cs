using System.Collections.Concurrent;
using SnetGateway.Payments.Channels;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>How many runs of each program there are at a time, and which calls wait for one.</summary>
internal sealed class ProgramSlots(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SlotQueue> _queues = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Waits for a slot. False when too many calls wait already, or it took too long; else <see cref="Release"/> must follow.</summary>
    public ValueTask<bool> EnterAsync(string name, ProgramOptions program, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _queues.GetOrAdd(name, static _ => new SlotQueue()).EnterAsync(program.MaxWaiting, program.MaxWait, time, cancellationToken, program.MaxRunning);
    }

    /// <summary>Gives a slot back.</summary>
    public void Release(string name, int maxRunning) => _queues[name].Release(maxRunning);
}
