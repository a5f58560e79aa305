namespace SnetGateway.TestKit.Claims;

/// <summary>
/// Runs tasks on one thread. Where several of them could continue, chance decides which one does, so that their steps come in orders that
/// threads seldom produce.
/// </summary>
public sealed class RandomTurns : SynchronizationContext
{
    /// <summary>After so long without a task that can continue all are taken to wait for the clock; and so often in a row.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(50);

    private const int MostIdle = 1_000;

    private readonly Random _random;
    private readonly Action _passTime;
    private readonly List<(SendOrPostCallback Callback, object? State)> _waiting = [];

    private RandomTurns(Random random, Action passTime)
    {
        _random = random;
        _passTime = passTime;
    }

    /// <summary>Runs a task with all that it awaits, and returns its result.</summary>
    /// <param name="random">Decides who continues.</param>
    /// <param name="passTime">Moves the clock to the next timer. Called while nothing else happens.</param>
    /// <param name="main">The task.</param>
    /// <exception cref="TimeoutException">Nothing can continue.</exception>
    public static T Run<T>(Random random, Action passTime, Func<Task<T>> main)
    {
        SynchronizationContext? before = Current;
        var turns = new RandomTurns(random, passTime);
        SetSynchronizationContext(turns);
        try
        {
            Task<T> all = main();
            while (!all.IsCompleted)
            {
                turns.Continue(all);
            }

            return all.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_waiting)
        {
            _waiting.Add((d, state));
            Monitor.Pulse(_waiting);
        }
    }

    private void Continue(Task all)
    {
        for (int idle = 0; !WaitForTask(); idle++)
        {
            if (all.IsCompleted)
            {
                return; // its last step was taken by a thread of the pool
            }

            if (idle == MostIdle)
            {
                throw new TimeoutException("no task can continue");
            }

            _passTime();
        }

        (SendOrPostCallback Callback, object? State) next;
        lock (_waiting)
        {
            int index = _random.Next(_waiting.Count);
            next = _waiting[index];
            _waiting.RemoveAt(index);
        }

        next.Callback(next.State);
    }

    private bool WaitForTask()
    {
        lock (_waiting)
        {
            return _waiting.Count > 0 || Monitor.Wait(_waiting, s_idle);
        }
    }
}
