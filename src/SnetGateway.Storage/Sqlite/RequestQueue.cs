namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// Many callers put requests in, the one writer takes all that wait at once. A list through the requests themselves, so that queueing
/// allocates nothing, and the writer is woken only when it sleeps.
/// </summary>
internal sealed class RequestQueue : IDisposable
{
    private static readonly StoreRequest Closed = new ReadRequest(default);

    // No spinning before it sleeps: a writer that waits for the next batch would take processor time from those who make it.
    private readonly AutoResetEvent _wake = new(false);
    private StoreRequest? _newest;
    private int _asleep;
    private int _poked;

    /// <summary>Queues a request. False once the queue is closed.</summary>
    public bool TryAdd(StoreRequest request)
    {
        StoreRequest? newest = Volatile.Read(ref _newest);
        while (true)
        {
            if (ReferenceEquals(newest, Closed))
            {
                return false;
            }

            request.Next = newest;
            StoreRequest? seen = Interlocked.CompareExchange(ref _newest, request, newest);
            if (ReferenceEquals(seen, newest))
            {
                Wake();
                return true;
            }

            newest = seen;
        }
    }

    /// <summary>Wakes the writer for something that is not in the queue, now or when it next wants to sleep.</summary>
    public void Poke()
    {
        Interlocked.Exchange(ref _poked, 1);
        Wake();
    }

    /// <summary>All that waits, oldest first, linked by <see cref="StoreRequest.Next"/>; nothing when nothing waits.</summary>
    public StoreRequest? TakeAll()
    {
        StoreRequest? newest = Volatile.Read(ref _newest);
        while (newest is not null && !ReferenceEquals(newest, Closed))
        {
            StoreRequest? seen = Interlocked.CompareExchange(ref _newest, null, newest);
            if (ReferenceEquals(seen, newest))
            {
                return Reverse(newest);
            }

            newest = seen;
        }

        return null;
    }

    /// <summary>Sleeps until something is queued or <see cref="Poke"/> was called. For the writer's own thread only: it blocks.</summary>
    public void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        bool awake = Volatile.Read(ref _newest) is not null || Interlocked.Exchange(ref _poked, 0) != 0;

        // Who put the mark away also sets the event, once: then that has to be taken.
        if (!awake || Interlocked.Exchange(ref _asleep, 0) == 0)
        {
            _wake.WaitOne();
        }
    }

    /// <summary>Takes what waits and lets nothing more in.</summary>
    public StoreRequest? Close()
    {
        StoreRequest? waiting = Interlocked.Exchange(ref _newest, Closed);
        Poke();
        return Reverse(waiting);
    }

    public bool IsEmpty => Volatile.Read(ref _newest) is null;

    public bool IsClosed => ReferenceEquals(Volatile.Read(ref _newest), Closed);

    public void Dispose() => _wake.Dispose();

    private void Wake()
    {
        if (Volatile.Read(ref _asleep) != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
        {
            _wake.Set();
        }
    }

    private static StoreRequest? Reverse(StoreRequest? newest)
    {
        StoreRequest? oldest = null;
        while (newest is not null && !ReferenceEquals(newest, Closed))
        {
            StoreRequest? older = newest.Next;
            newest.Next = oldest;
            oldest = newest;
            newest = older;
        }

        return oldest;
    }
}
