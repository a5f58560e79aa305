namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>Counts the lives of a gateway that is killed again and again, so that consumers can wait for the next one.</summary>
internal sealed class GatewayLives
{
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _current;

    public int Current => _current;

    /// <summary>The gateway listens again.</summary>
    public void Begin()
    {
        TaskCompletionSource next = _next;
        _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _current++;
        next.SetResult();
    }

    /// <summary>Waits until a later life than <paramref name="life"/> has begun, or until it is told to stop.</summary>
    public async Task AfterAsync(int life, CancellationToken stop)
    {
        try
        {
            while (_current <= life)
            {
                Task next = _next.Task;
                if (_current <= life)
                {
                    await next.WaitAsync(stop);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The caller looks at its token.
        }
    }
}
