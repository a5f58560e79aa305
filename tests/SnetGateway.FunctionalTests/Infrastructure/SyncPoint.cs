namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>Where a test and the code it drives meet: the code says it is there and waits; the test sees it and lets it go on.</summary>
internal sealed class SyncPoint
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _continued = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task;

    public void Continue() => _continued.TrySetResult();

    public Task WaitAsync()
    {
        _reached.TrySetResult();
        return _continued.Task;
    }
}
