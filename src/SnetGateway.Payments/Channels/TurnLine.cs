namespace SnetGateway.Payments.Channels;

/// <summary>
/// Whose turn it is on one channel, in the memory of one gateway. The line is bounded in length and in time, nothing of it is ever written
/// down, and so nothing of it can be left behind (design, rule 5).
/// </summary>
internal sealed class TurnLine
{
    private readonly Lock _lock = new();
    private LinkedList<TaskCompletionSource>? _waiting;
    private bool _taken;

    /// <summary>True while a call holds the turn.</summary>
    public bool IsTaken
    {
        get
        {
            lock (_lock)
            {
                return _taken;
            }
        }
    }

    /// <summary>
    /// Takes the turn, waiting for it behind at most <paramref name="maxWaiting"/> others and at most <paramref name="maxWait"/>.
    /// </summary>
    /// <returns>False when the line is full or the time is over.</returns>
    public ValueTask<bool> EnterAsync(int maxWaiting, TimeSpan maxWait, TimeProvider time, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            if (!_taken)
            {
                _taken = true;
                return new ValueTask<bool>(true);
            }

            if ((_waiting?.Count ?? 0) >= maxWaiting || maxWait <= TimeSpan.Zero)
            {
                return new ValueTask<bool>(false);
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            place = (_waiting ??= new LinkedList<TaskCompletionSource>()).AddLast(turn);
        }

        return WaitAsync(turn, place, maxWait, time, cancellationToken);
    }

    /// <summary>Gives the turn to the next in line.</summary>
    public void Leave()
    {
        TaskCompletionSource? next = null;
        lock (_lock)
        {
            if (_waiting?.First is { } first)
            {
                _waiting.RemoveFirst();
                next = first.Value;
            }
            else
            {
                _taken = false;
            }
        }

        next?.SetResult();
    }

    private async ValueTask<bool> WaitAsync(
        TaskCompletionSource turn, LinkedListNode<TaskCompletionSource> place, TimeSpan maxWait, TimeProvider time, CancellationToken cancellationToken)
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
                Leave();
            }

            throw;
        }
    }
}
