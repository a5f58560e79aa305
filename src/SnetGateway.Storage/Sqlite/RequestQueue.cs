namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// A queue with many producers and one consumer, the writer, which takes all requests with one operation. The requests themselves form the
/// list, so queueing allocates nothing, and the writer is woken only when it sleeps.
/// </summary>
internal sealed class RequestQueue : IDisposable
{
    private static readonly StoreRequest s_closed = new ReadRequest(default);

    // No spinning before it sleeps: a spinning writer would take processor time from the threads that produce the next batch.
    private readonly AutoResetEvent _wake = new(false);
    private StoreRequest? _newest;
    private int _asleep;
    private int _wakeRequested;

    /// <summary>Queues a request. False once the queue is closed.</summary>
    public bool TryAdd(StoreRequest request)
    {
        StoreRequest? newest = Volatile.Read(ref _newest);
        while (true)
        {
            if (ReferenceEquals(newest, s_closed))
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

    /// <summary>Wakes the writer for something other than a request, now or before it next sleeps.</summary>
    public void WakeWriter()
    {
        Interlocked.Exchange(ref _wakeRequested, 1);
        Wake();
    }

    /// <summary>Takes all requests, oldest first, linked by <see cref="StoreRequest.Next"/>; null when there are none.</summary>
    public StoreRequest? TakeAll()
    {
        StoreRequest? newest = Volatile.Read(ref _newest);
        while (newest is not null && !ReferenceEquals(newest, s_closed))
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

    /// <summary>Blocks until a request is queued or <see cref="WakeWriter"/> was called. For the writer's thread only.</summary>
    public void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        bool awake = Volatile.Read(ref _newest) is not null || Interlocked.Exchange(ref _wakeRequested, 0) != 0;

        // The thread that cleared the flag also sets the event, exactly once; that signal has to be consumed.
        if (!awake || Interlocked.Exchange(ref _asleep, 0) == 0)
        {
            _wake.WaitOne();
        }
    }

    /// <summary>Takes the queued requests and closes the queue.</summary>
    public StoreRequest? Close()
    {
        StoreRequest? waiting = Interlocked.Exchange(ref _newest, s_closed);
        WakeWriter();
        return Reverse(waiting);
    }

    public bool IsEmpty => Volatile.Read(ref _newest) is null;

    public bool IsClosed => ReferenceEquals(Volatile.Read(ref _newest), s_closed);

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
        while (newest is not null && !ReferenceEquals(newest, s_closed))
        {
            StoreRequest? older = newest.Next;
            newest.Next = oldest;
            oldest = newest;
            newest = older;
        }

        return oldest;
    }
}
