namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>Counts grants of all consumers, and tells when some more have come.</summary>
internal sealed class GrantCount
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _reached;
    private int _target;

    public int Total { get; private set; }

    public void Add()
    {
        TaskCompletionSource? reached = null;
        lock (_lock)
        {
            if (++Total >= _target)
            {
                (reached, _reached) = (_reached, null);
            }
        }

        reached?.SetResult();
    }

    /// <summary>Completes after so many more. One at a time may wait.</summary>
    public Task AfterAsync(int more)
    {
        lock (_lock)
        {
            _target = Total + more;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task;
        }
    }
}
