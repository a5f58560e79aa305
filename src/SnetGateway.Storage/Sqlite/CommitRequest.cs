using System.Threading.Tasks.Sources;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// One commit, pooled: the caller awaits it, the writer executes it, and the sweep may end it first. Each use has its own number within the
/// state, so that a late compare-and-swap of one use cannot end the next.
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

    /// <summary>When it was started, as a timestamp of the store's clock.</summary>
    public long StartedAt { get; private set; }

    /// <summary>The writer's result; the caller gets it after the sync.</summary>
    public CommitResult Decision { get; set; }

    /// <summary>Begins a use with two holders: the caller until it has the result, and the writer until it has finished.</summary>
    public ValueTask<CommitResult> Begin(ReadOnlyMemory<RecordWrite> writes, long startedAt)
    {
        Writes = writes;
        StartedAt = startedAt;
        Decision = default;
        _cancelled = false;
        _holds = 2;
        Volatile.Write(ref _state, (_state & ~PhaseMask) + (PhaseMask + 1) + Queued);
        return new ValueTask<CommitResult>(this, _core.Version);
    }

    /// <summary>Ends it without a write when the caller cancels while it is queued. After that, a cancellation has no effect.</summary>
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

    /// <summary>Taken by the writer and not ended by the sweep.</summary>
    public bool IsWanted => (Volatile.Read(ref _state) & PhaseMask) == Taken;

    /// <summary>It has no outcome yet.</summary>
    public bool IsOpen => (Volatile.Read(ref _state) & PhaseMask) is Queued or Taken;

    /// <summary>Ends it with the writer's result. False when the sweep ended it first.</summary>
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
    /// Ends it if it was started before <paramref name="limit"/>. A queued one is certainly not written, and the writer will skip it; the
    /// outcome of one that the writer has taken is unknown.
    /// </summary>
    public CommitOutcome? TryExpire(long limit)
    {
        long state = Volatile.Read(ref _state);
        if ((state & PhaseMask) is not (Queued or Taken) || StartedAt > limit)
        {
            return null;
        }

        CommitOutcome outcome = (state & PhaseMask) == Queued ? CommitOutcome.NotWritten : CommitOutcome.Unknown;
        return TryEnd(state, new CommitResult(outcome, 0)) ? outcome : null;
    }

    /// <summary>Ends one hold. After the last one the request returns to the pool.</summary>
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

        // On the thread pool, each on its own: the writer's thread must not run a caller's continuation.
        _result = result;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }
}
