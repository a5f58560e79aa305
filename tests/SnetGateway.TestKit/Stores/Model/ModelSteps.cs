namespace SnetGateway.TestKit.Stores.Model;

/// <summary>
/// Decides which caller continues. In one thread (a store that responds immediately) every step of every caller is chosen by the seed, so
/// the same seed gives the same history. With a real store callers run concurrently, and some are delayed for any time.
/// </summary>
internal sealed class ModelSteps(Random random, int callers, bool inOneThread)
{
    private readonly Lock _lock = new();
    private readonly List<TaskCompletionSource> _held = [];
    private int _running = callers;

    /// <summary>A random choice from the sequence that all callers share.</summary>
    public int Next(int bound)
    {
        lock (_lock)
        {
            return random.Next(bound);
        }
    }

    /// <summary>The point between two steps, where a caller may be delayed for any time.</summary>
    public Task PassAsync()
    {
        TaskCompletionSource? freed;
        Task wait;
        lock (_lock)
        {
            if (!inOneThread && random.Next(30) != 0)
            {
                freed = random.Next(20) == 0 ? Take() : null;
                wait = Task.CompletedTask;
            }
            else
            {
                var held = new TaskCompletionSource(
                    inOneThread ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
                _held.Add(held);
                wait = held.Task;
                freed = !inOneThread && _held.Count == _running ? Take() : null;
            }
        }

        freed?.SetResult();
        return wait;
    }

    /// <summary>A caller has ended.</summary>
    public void End()
    {
        TaskCompletionSource? freed;
        lock (_lock)
        {
            _running--;
            freed = !inOneThread && _held.Count == _running ? Take() : null;
        }

        freed?.SetResult();
    }

    /// <summary>In one thread: lets one caller after another make a step until all have ended.</summary>
    public void Drive()
    {
        while (_running > 0)
        {
            TaskCompletionSource? next;
            lock (_lock)
            {
                next = Take();
            }

            (next ?? throw new InvalidOperationException(
                "the store did not answer at once, so its histories are not the seed's alone")).SetResult();
        }
    }

    private TaskCompletionSource? Take()
    {
        if (_held.Count == 0)
        {
            return null;
        }

        int chosen = random.Next(_held.Count);
        TaskCompletionSource held = _held[chosen];
        _held[chosen] = _held[^1];
        _held.RemoveAt(_held.Count - 1);
        return held;
    }
}
