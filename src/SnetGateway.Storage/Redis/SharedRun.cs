using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// Work that several callers need at the same time and that must not run twice concurrently. A caller that arrives during a run waits for
/// that run, each with its own timeout. A run has a time limit as well, so one without a response does not block the next.
/// </summary>
/// <param name="work">Must end soon after its token is cancelled, and change nothing afterwards.</param>
/// <param name="limit">How long one run may take.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedRun<T>(Func<CancellationToken, Task<T>> work, TimeSpan limit, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();
    private Task<T>? _run;
    private bool _isClosed;

    /// <summary>
    /// The result of the current run, or of a new one. Throws the exceptions of the work, and <see cref="TimeoutException"/>.
    /// </summary>
    public Task<T> JoinAsync(TimeSpan timeout) => Current().WaitAsync(timeout, time);

    /// <summary>Cancels the current run. Its callers, and all later ones, get <see cref="StoreUnavailableException"/>.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
        }

        _closing.Cancel();
        _closing.Dispose();
    }

    private static StoreUnavailableException Closed() => new("the ledger is closed");

    private Task<T> Current()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return Task.FromException<T>(Closed());
            }

            if (_run is not { IsCompleted: false })
            {
                _run = RunAsync(_closing.Token);
                _ = ObserveAsync(_run);
            }

            return _run;
        }
    }

    /// <summary>A run may fail after every caller's timeout. The runtime must not report that as an unobserved exception.</summary>
    private static async Task ObserveAsync(Task run) => await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<T> RunAsync(CancellationToken closing)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, closing);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the work must not begin under the lock
        try
        {
            return await work(ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            throw closing.IsCancellationRequested
                ? Closed()
                : new TimeoutException($"the check of the Redis server did not end within {limit}");
        }
    }
}
