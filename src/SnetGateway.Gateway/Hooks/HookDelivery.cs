using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Hooks;

/// <summary>
/// Delivers what waits for one hook: in batches, at most one in each interval, which an alert shortens. A batch that could not be delivered
/// is sent again with waits that double; after some attempts its events are counted as not sent, in the summary of the next delivery, and
/// its alerts wait again, unless a newer state of them does.
/// </summary>
internal sealed class HookDelivery(
    string name, HookQueue queue, HookMetrics metrics, TimeProvider time, ILogger logger)
{
    internal const int MaxAttempts = 10;

    /// <summary>What a failure causes within this time becomes one delivery.</summary>
    private static readonly TimeSpan s_gathering = TimeSpan.FromSeconds(1);

    /// <summary>Shortest time between two deliveries of alerts, where the interval is longer.</summary>
    private static readonly TimeSpan s_alertInterval = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_limitAtShutdown = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_maxWait = TimeSpan.FromMinutes(5);

    private bool _isFailing;

    /// <summary>Runs until shutdown, which waits for one last delivery.</summary>
    public async Task RunAsync(IHook hook, CancellationToken stoppingToken)
    {
        HookBatch? batch = null;
        try
        {
            while (await queue.WaitAsync(stoppingToken))
            {
                await Task.Delay(s_gathering, time, stoppingToken);
                batch = queue.Take();
                await DeliverAsync(hook, batch, stoppingToken);
                batch = null;
                await PauseAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await DeliverLastAsync(hook, batch ?? queue.Take());
        }
    }

    private async Task DeliverAsync(IHook hook, HookBatch batch, CancellationToken stoppingToken)
    {
        TimeSpan wait = queue.Options.Interval;
        for (int attempt = 1; !await TryDeliverAsync(hook, batch, s_limit, stoppingToken); attempt++)
        {
            if (attempt == MaxAttempts)
            {
                queue.GiveUp(batch);
                return;
            }

            await Task.Delay(wait, time, stoppingToken);
            wait = TimeSpan.FromTicks(Math.Max(queue.Options.Interval.Ticks, Math.Min(2 * wait.Ticks, s_maxWait.Ticks)));
        }
    }

    /// <summary>Until the next delivery may begin.</summary>
    private async Task PauseAsync(CancellationToken stoppingToken)
    {
        long start = time.GetTimestamp();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Task.WhenAny(Task.Delay(queue.Options.Interval, time, ended.Token), queue.WaitForAlertAsync(ended.Token));
        await ended.CancelAsync();
        TimeSpan left = TimeSpan.FromTicks(Math.Min(s_alertInterval.Ticks, queue.Options.Interval.Ticks)) - time.GetElapsedTime(start);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, time, stoppingToken);
        }
    }

    private async Task DeliverLastAsync(IHook hook, HookBatch batch)
    {
        if (!batch.IsEmpty)
        {
            await TryDeliverAsync(hook, batch, s_limitAtShutdown, CancellationToken.None);
        }
    }

    /// <summary>One attempt. Any exception of the hook is logged and ends nothing: it may be the operator's own code.</summary>
    private async Task<bool> TryDeliverAsync(IHook hook, HookBatch batch, TimeSpan limit, CancellationToken stoppingToken)
    {
        using var timeout = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stoppingToken);
        try
        {
            Task delivery = hook.DeliverAsync(batch, cancel.Token);
            if (!delivery.IsCompleted)
            {
                timeout.CancelAfter(limit);
            }

            await delivery.WaitAsync(cancel.Token); // a hook of the operator's may ignore its token
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            if (!_isFailing)
            {
                _isFailing = true;
                string reason = timeout.IsCancellationRequested ? $"no response within {limit}." : exception.Message;
                HookLog.Fails(logger, name, PrintableText.Of(reason));
            }

            return false;
        }

        metrics.Delivered(name, batch);
        if (_isFailing)
        {
            _isFailing = false;
            HookLog.Works(logger, name);
        }

        return true;
    }
}
