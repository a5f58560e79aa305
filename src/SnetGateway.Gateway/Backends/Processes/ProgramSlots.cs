using System.Collections.Concurrent;
using SnetGateway.Payments.Channels;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Limits how many runs of each program there are at the same time.</summary>
internal sealed class ProgramSlots(TimeProvider time)
{
    /// <summary>The call's deadline and the service's timeout end the wait earlier.</summary>
    private static readonly TimeSpan s_maxWait = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, SlotQueue> _queues = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether any program runs now.</summary>
    public bool IsAnyTaken => _queues.Values.Any(queue => queue.IsTaken);

    /// <summary>Waits for a slot. False when too many calls wait; otherwise <see cref="Release"/> must follow.</summary>
    public ValueTask<bool> EnterAsync(ProgramCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SlotQueue queue = _queues.GetOrAdd(call.Name, static _ => new SlotQueue());
        return queue.EnterAsync(call.Program.MaxWaiting, s_maxWait, time, cancellationToken, call.Program.MaxRunning);
    }

    public void Release(ProgramCall call) => _queues[call.Name].Release(call.Program.MaxRunning);
}

/// <summary>One call of a program.</summary>
/// <param name="Name">The program's name in the configuration.</param>
/// <param name="Method">The full path of the method: methods of one name in two services may have different prices.</param>
/// <param name="Program">The program's options at this moment.</param>
internal sealed record ProgramCall(string Name, string Method, ProgramOptions Program)
{
    public ProgramMethodOptions? MethodOptions => Program.Methods.GetValueOrDefault(Method);

    public ProgramOutput Output => MethodOptions?.Output ?? Program.Output;
}
