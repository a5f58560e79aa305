namespace SnetGateway.TestKit.Processes;

/// <summary>Waits for a condition in another process, with repeated checks and a time limit.</summary>
public static class Eventually
{
    /// <summary>The default time limit, sufficient on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns once the condition holds.</summary>
    /// <param name="what">The condition, for the message of a failed test.</param>
    /// <param name="condition">Checked at most twenty times a second.</param>
    /// <param name="patience">The time limit; null for <see cref="Patience"/>.</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
    public static async Task TrueAsync(string what, Func<Task<bool>> condition, TimeSpan? patience = null)
    {
        using var late = new CancellationTokenSource(patience ?? Patience);
        using var timer = new PeriodicTimer(s_interval);
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
