namespace SnetGateway.Storage.Redis;

/// <summary>Waits that are given up. The client's work goes on behind them, and how it ends is then nobody's news, a failure included.</summary>
internal static class LeftTasks
{
    /// <summary>Waits for as long as the limit lets it, and leaves the task then.</summary>
    public static async Task<T> OrLeaveAsync<T>(this Task<T> task, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken = default)
    {
        try
        {
            return await task.WaitAsync(limit, time, cancellationToken);
        }
        catch
        {
            task.Leave();
            throw;
        }
    }

    /// <summary>Waits until told to stop, and leaves the task then.</summary>
    public static async Task<T> OrLeaveAsync<T>(this Task<T> task, CancellationToken stop)
    {
        try
        {
            return await task.WaitAsync(stop);
        }
        catch
        {
            task.Leave();
            throw;
        }
    }

    /// <summary>Looks at the task's failure, should it have or come to one: else the runtime reports it as one that nobody saw.</summary>
    public static void Leave(this Task task) => _ = task.ContinueWith(
        static left => _ = left.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
