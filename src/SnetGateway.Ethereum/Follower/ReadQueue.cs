using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Gathers channel reads into batches: one unit of the <see cref="ReadBudget"/> is one request to the node, for up to
/// <see cref="MaxBatch"/> channels, those of known parties first (rule 10). While requests are on their way, more reads gather.
/// </summary>
/// <param name="budget">The requests that may be made.</param>
/// <param name="maxWaiting">Reads that may wait; those of anonymous callers have half of the places.</param>
/// <param name="time">The clock.</param>
/// <param name="send">Makes one request and completes its reads. Never throws.</param>
/// <param name="stopping">Ends everything that waits.</param>
internal sealed class ReadQueue(
    ReadBudget budget,
    int maxWaiting,
    TimeProvider time,
    Func<IReadOnlyList<QueuedRead>, ReadPriority, Task> send,
    CancellationToken stopping)
{
    /// <summary>Channels in one request.</summary>
    public const int MaxBatch = 100;

    /// <summary>Requests on their way for each priority. More would carry fewer channels each.</summary>
    public const int MaxInFlight = 4;

    private readonly Lock _lock = new();
    private readonly Lane _knownParties = new(ReadPriority.KnownParty);
    private readonly Lane _anonymous = new(ReadPriority.Anonymous);

    /// <summary>Reads that wait for a request now.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _knownParties.Reads.Count + _anonymous.Reads.Count;
            }
        }
    }

    /// <summary>
    /// Has a channel read. <see cref="ChannelReadResult.NoBudget"/> immediately if too many wait, or after
    /// <see cref="ReadBudget.MaxWait"/>.
    /// </summary>
    public Task<ChannelReadResult> ReadAsync(ChannelId id, ReadPriority priority)
    {
        Lane lane = priority == ReadPriority.KnownParty ? _knownParties : _anonymous;
        var read = new QueuedRead(id, time.GetTimestamp());
        lock (_lock)
        {
            int anonymous = _anonymous.Reads.Count;
            if (_knownParties.Reads.Count + anonymous >= maxWaiting
                || (priority == ReadPriority.Anonymous && anonymous >= maxWaiting / 2))
            {
                return Task.FromResult(ChannelReadResult.NoBudget);
            }

            lane.Reads.Enqueue(read);
            if (lane.IsRunning)
            {
                return read.Result;
            }

            lane.IsRunning = true;
        }

        _ = RunAsync(lane);
        return read.Result;
    }

    private async Task RunAsync(Lane lane)
    {
        try
        {
            while (!TryStop(lane))
            {
                await lane.InFlight.WaitAsync(stopping);
                bool granted = await budget.TakeAsync(lane.Priority, stopping);
                List<QueuedRead> batch = granted ? TakeBatch() : TakeAll(lane);
                if (granted && batch.Count > 0)
                {
                    _ = SendAsync(batch, lane);
                    continue;
                }

                lane.InFlight.Release();
                if (granted)
                {
                    budget.Return(lane.Priority);
                }

                batch.ForEach(static read => read.Complete(ChannelReadResult.NoBudget));
            }
        }
        catch (OperationCanceledException)
        {
            TakeAll(lane).ForEach(static read => read.Complete(ChannelReadResult.Unreachable)); // shutting down
        }
    }

    private async Task SendAsync(List<QueuedRead> batch, Lane lane)
    {
        await send(batch, lane.Priority);
        lane.InFlight.Release();
    }

    private bool TryStop(Lane lane)
    {
        lock (_lock)
        {
            lane.IsRunning = lane.Reads.Count > 0;
            return !lane.IsRunning;
        }
    }

    private List<QueuedRead> TakeBatch()
    {
        var batch = new List<QueuedRead>();
        lock (_lock)
        {
            foreach (Lane lane in (ReadOnlySpan<Lane>)[_knownParties, _anonymous])
            {
                while (batch.Count < MaxBatch && lane.Reads.TryDequeue(out QueuedRead? read))
                {
                    if (time.GetElapsedTime(read.Since) > ReadBudget.MaxWait)
                    {
                        read.Complete(ChannelReadResult.NoBudget);
                    }
                    else
                    {
                        batch.Add(read);
                    }
                }
            }
        }

        return batch;
    }

    private List<QueuedRead> TakeAll(Lane lane)
    {
        lock (_lock)
        {
            List<QueuedRead> all = [.. lane.Reads];
            lane.Reads.Clear();
            return all;
        }
    }

    private sealed class Lane(ReadPriority priority)
    {
        public ReadPriority Priority => priority;

        public Queue<QueuedRead> Reads { get; } = new();

        public SemaphoreSlim InFlight { get; } = new(MaxInFlight);

        public bool IsRunning { get; set; }
    }
}

/// <summary>A channel that waits to be read.</summary>
internal sealed class QueuedRead(ChannelId id, long since)
{
    private readonly TaskCompletionSource<ChannelReadResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChannelId Id => id;

    /// <summary>Timestamp at which it began to wait.</summary>
    public long Since => since;

    public Task<ChannelReadResult> Result => _result.Task;

    public void Complete(ChannelReadResult result) => _result.TrySetResult(result);
}
