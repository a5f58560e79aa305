namespace SnetGateway.Payments.Channels;

/// <summary>
/// The slot of one channel, or the slots of another thing that only so many calls may use at a time, in the memory of one gateway. The queue for
/// it is bounded in length and in time, first come, first served. It is never written down, so nothing of it can be left behind (rule 5).
/// </summary>
public sealed class SlotQueue
{
    private readonly Lock _lock = new();
    private LinkedList<TaskCompletionSource>? _waiting;
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
    /// Takes a slot, waiting for it behind at most <paramref name="maxWaiting"/> others and at most <paramref name="maxWait"/>.
    /// </summary>
    /// <param name="maxWaiting">Calls that may wait already.</param>
    /// <param name="maxWait">How long to wait; zero: not at all.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="slots">How many there are.</param>
    /// <returns>False when the queue is full or the time is over; else <see cref="Release"/> must follow.</returns>
    public ValueTask<bool> EnterAsync(int maxWaiting, TimeSpan maxWait, TimeProvider time, CancellationToken cancellationToken, int slots = 1)
    {
        TaskCompletionSource turn;
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            if (_taken < slots && _waiting is not { Count: > 0 })
            {
                _taken++;
                return new ValueTask<bool>(true);
            }

            if ((_waiting?.Count ?? 0) >= maxWaiting || maxWait <= TimeSpan.Zero)
            {
                return new ValueTask<bool>(false);
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            place = (_waiting ??= new LinkedList<TaskCompletionSource>()).AddLast(turn);
        }

        return WaitAsync(turn, place, maxWait, time, slots, cancellationToken);
    }

    /// <summary>Gives the slot to the first that waits.</summary>
    /// <param name="slots">How many there are now. After the number was raised, several waiting calls may continue; after it was lowered, none.</param>
    public void Release(int slots = 1)
    {
        lock (_lock)
        {
            _taken--;
            while (_taken < slots && _waiting?.First is { } next)
            {
                _waiting.RemoveFirst();
                _taken++;
                next.Value.SetResult(); // runs nothing here: continuations are asynchronous
            }
        }
    }

    private async ValueTask<bool> WaitAsync(
        TaskCompletionSource turn, LinkedListNode<TaskCompletionSource> place, TimeSpan maxWait, TimeProvider time, int slots, CancellationToken cancellationToken)
    {
        try
        {
            await turn.Task.WaitAsync(maxWait, time, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            bool given;
            lock (_lock)
            {
                // Still in line: leave it. No longer in line: the turn was given to us in this very moment.
                given = place.List is null;
                if (!given)
                {
                    _waiting!.Remove(place);
                }
            }

            if (exception is TimeoutException)
            {
                return given;
            }

            if (given)
            {
                Release(slots);
            }

            throw;
        }
    }
}
