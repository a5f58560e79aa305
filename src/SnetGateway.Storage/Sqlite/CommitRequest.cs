using System.Threading.Tasks.Sources;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// One commit on its way, used again and again: the caller awaits it, the writer works on it, and the clock may end it first. Each use has its
/// own number within the state, so that nobody ends the next use instead.
/// </summary>
internal sealed class CommitRequest(RequestPool pool) : StoreRequest, IValueTaskSource<CommitResult>, IThreadPoolWorkItem
{
    private const long PhaseMask = 3;
    private const long Queued = 1;
    private const long Taken = 2;
    private const long Ended = 3;

    private ManualResetValueTaskSourceCore<CommitResult> _core;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _cancelledBy;
    private CommitResult _result;
    private bool _cancelled;
    private long _state;
    private int _holds;

    /// <summary>What to write; empty for a probe.</summary>
    public ReadOnlyMemory<RecordWrite> Writes { get; private set; }

    /// <summary>When it was asked for, as a timestamp of the store's clock.</summary>
    public long AskedAt { get; private set; }

    /// <summary>What the writer decided, told after the sync.</summary>
    public CommitResult Decision { get; set; }

    /// <summary>Begins a use. Two hold it: the caller until it has the result, and the writer until it is done with it.</summary>
    public ValueTask<CommitResult> Begin(ReadOnlyMemory<RecordWrite> writes, long askedAt)
    {
        Writes = writes;
        AskedAt = askedAt;
        Decision = default;
        _cancelled = false;
        _holds = 2;
        Volatile.Write(ref _state, (_state & ~PhaseMask) + (PhaseMask + 1) + Queued);
        return new ValueTask<CommitResult>(this, _core.Version);
    }

    /// <summary>Ends it without a write when its caller gives up while it waits; later, giving up changes nothing.</summary>
    public void WatchCancellation(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _cancelledBy = cancellationToken;
            _cancellation = cancellationToken.UnsafeRegister(static request => ((CommitRequest)request!).Cancel(), this);
        }
    }

    public override bool TryTake()
    {
        long state = Volatile.Read(ref _state);
        return (state & PhaseMask) == Queued && Interlocked.CompareExchange(ref _state, (state & ~PhaseMask) | Taken, state) == state;
    }

    /// <summary>Still taken, not given up by the clock.</summary>
    public bool IsWanted => (Volatile.Read(ref _state) & PhaseMask) == Taken;

    /// <summary>The writer's word. False when the clock ended it first.</summary>
    public bool TryEnd(CommitResult result)
    {
        long state = Volatile.Read(ref _state);
        return (state & PhaseMask) == Taken && TryEnd(state, result);
    }

    public override void Refuse(string reason)
    {
        long state = Volatile.Read(ref _state);
        while ((state & PhaseMask) is Queued or Taken)
        {
            if (TryEnd(state, new CommitResult(CommitOutcome.NotWritten, 0)))
            {
                return;
            }

            state = Volatile.Read(ref _state);
        }
    }

    /// <summary>
    /// The clock's word: what was asked before <paramref name="limit"/> ends now. One that the writer never came to is certainly not written, and
    /// the writer will pass it over; of one that it took nobody knows.
    /// </summary>
    public CommitOutcome? TryExpire(long limit)
    {
        long state = Volatile.Read(ref _state);
        if ((state & PhaseMask) is not (Queued or Taken) || AskedAt > limit)
        {
            return null;
        }

        CommitOutcome outcome = (state & PhaseMask) == Queued ? CommitOutcome.NotWritten : CommitOutcome.Unknown;
        return TryEnd(state, new CommitResult(outcome, 0)) ? outcome : null;
    }

    /// <summary>Gives back one hold. With the last one it is free for the next use.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
        {
            Writes = default;
            _core.Reset();
            pool.Return(this);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_cancelled)
        {
            _core.SetException(new OperationCanceledException(_cancelledBy));
        }
        else
        {
            _core.SetResult(_result);
        }
    }

    CommitResult IValueTaskSource<CommitResult>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _cancellation.Dispose();
            _cancellation = default;
            _cancelledBy = default;
            Release();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<CommitResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<CommitResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        long state = Volatile.Read(ref _state);
        if ((state & PhaseMask) == Queued && Interlocked.CompareExchange(ref _state, (state & ~PhaseMask) | Ended, state) == state)
        {
            _cancelled = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private bool TryEnd(long state, CommitResult result)
    {
        if (Interlocked.CompareExchange(ref _state, (state & ~PhaseMask) | Ended, state) != state)
        {
            return false;
        }

        // Off the writer, each on its own: the thread that writes for all must not run what one caller does next.
        _result = result;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }
}
