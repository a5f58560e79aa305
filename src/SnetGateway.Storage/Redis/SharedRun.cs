using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// Work that many need at the same time and that must not run beside itself: who comes while it runs waits for that run, each with a patience of
/// its own, and nobody waits in a line. A run has a limit too, so that one without an answer does not stand in the way of the next.
/// </summary>
/// <param name="work">Must end soon once its token is cancelled, and change nothing after that.</param>
/// <param name="limit">How long one run may take.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedRun<T>(Func<CancellationToken, Task<T>> work, TimeSpan limit, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();
    private Task<T>? _run;
    private bool _isClosed;

    /// <summary>The result of the run that is under way, or of a new one. Throws what it throws, and <see cref="TimeoutException"/>.</summary>
    public Task<T> JoinAsync(TimeSpan patience) => Current().WaitAsync(patience, time);

    /// <summary>Ends the run that is under way and with it all who wait. Who comes later is told the same.</summary>
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

    /// <summary>A run may fail after every caller's patience has ended. The runtime must not report that as an unobserved exception.</summary>
    private static async Task ObserveAsync(Task run) => await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<T> RunAsync(CancellationToken closing)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, closing);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the work itself does not begin under the lock
        try
        {
            return await work(ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            throw closing.IsCancellationRequested ? Closed() : new TimeoutException($"Redis was not checked within {limit}");
        }
    }
}
