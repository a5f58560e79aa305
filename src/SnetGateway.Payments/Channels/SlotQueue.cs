namespace SnetGateway.Payments.Channels;

/// <summary>
/// Slots that a bounded number of calls may hold at a time, with a queue that is bounded in length and in time: the one slot of a channel,
/// or the slots of a program. A call may take several. First come, first served. Only in memory, so a crash leaves nothing behind (rule 5).
/// </summary>
public sealed class SlotQueue
{
    private readonly Lock _lock = new();
    private LinkedList<Waiter>? _waiting;
    private int _taken;

    /// <summary>True while a call holds a slot.</summary>
    public bool IsTaken
    {
        get
        {
            lock (_lock)
            {
                return _taken > 0;
            }
        }
    }

    /// <summary>
    /// Takes a slot, or waits for one behind at most <paramref name="maxWaiting"/> others and at most <paramref name="maxWait"/>.
    /// </summary>
    /// <param name="maxWaiting">Calls that may already wait.</param>
    /// <param name="maxWait">How long to wait; with zero a call never waits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="slots">How many there are.</param>
    /// <param name="take">How many the call takes.</param>
    /// <returns>False when the queue is full or the wait timed out; otherwise <see cref="Release"/> must follow.</returns>
    public ValueTask<bool> EnterAsync(
        int maxWaiting, TimeSpan maxWait, TimeProvider time, CancellationToken cancellationToken, int slots = 1, int take = 1)
    {
        LinkedListNode<Waiter> place;
        lock (_lock)
        {
            if (_taken + take <= slots && _waiting is not { Count: > 0 })
            {
                _taken += take;
                return new ValueTask<bool>(true);
            }

            if ((_waiting?.Count ?? 0) >= maxWaiting || maxWait <= TimeSpan.Zero)
            {
                return new ValueTask<bool>(false);
            }

            place = (_waiting ??= new LinkedList<Waiter>()).AddLast(new Waiter(take));
        }

        return WaitAsync(place, maxWait, time, slots, cancellationToken);
    }

    /// <summary>Gives slots back, to the first call that waits.</summary>
    /// <param name="slots">How many there are now. After the number was raised, several waiting calls may continue; after it was lowered,
    /// none.</param>
    /// <param name="take">How many the call had taken.</param>
    public void Release(int slots = 1, int take = 1)
    {
        lock (_lock)
        {
            _taken -= take;
            while (_waiting?.First is { } next && _taken + next.Value.Take <= slots)
            {
                _waiting.RemoveFirst();
                _taken += next.Value.Take;
                next.Value.SetResult(); // runs nothing here: continuations are asynchronous
            }
        }
    }

    private async ValueTask<bool> WaitAsync(
        LinkedListNode<Waiter> place, TimeSpan maxWait, TimeProvider time, int slots, CancellationToken cancellationToken)
    {
        try
        {
            await place.Value.Task.WaitAsync(maxWait, time, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            bool given;
            lock (_lock)
            {
                // Still queued: leave the queue. Otherwise the slot was given to this call in the same moment.
                given = place.List is null;
                if (!given)
                {
                    _waiting!.Remove(place);
                }
            }

            if (given && exception is TimeoutException)
            {
                return true;
            }

            // Where it left the queue it may have been the first, and those behind it may take fewer.
            Release(slots, given ? place.Value.Take : 0);
            if (exception is TimeoutException)
            {
                return false;
            }

            throw;
        }
    }

    private sealed class Waiter(int take) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Take => take;
    }
}
