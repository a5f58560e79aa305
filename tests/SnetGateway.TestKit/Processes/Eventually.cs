namespace SnetGateway.TestKit.Processes;

/// <summary>Waits for something in another process to come true: asked again and again, bounded.</summary>
public static class Eventually
{
    /// <summary>How long a condition may take on a machine that has other work too.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns once the condition holds.</summary>
    /// <param name="what">What is waited for, for the message of a failed test.</param>
    /// <param name="condition">Asked at most twenty times a second.</param>
    /// <param name="patience">Null takes <see cref="Patience"/>.</param>
    /// <exception cref="TimeoutException">It did not come true in time.</exception>
    public static async Task TrueAsync(string what, Func<Task<bool>> condition, TimeSpan? patience = null)
    {
        using var late = new CancellationTokenSource(patience ?? Patience);
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (!await condition())
            {
                await timer.WaitForNextTickAsync(late.Token);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new TimeoutException($"Waited in vain until {what}.");
        }
    }
}
