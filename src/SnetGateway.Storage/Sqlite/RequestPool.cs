using System.Collections.Concurrent;

namespace SnetGateway.Storage.Sqlite;

/// <summary>All commit requests: the free ones to reuse, and every one for the sweep that enforces the time limit.</summary>
internal sealed class RequestPool
{
    private readonly ConcurrentQueue<CommitRequest> _free = new();
    private readonly Lock _lock = new();
    private CommitRequest[] _all = [];
    private int _count;

    /// <summary>
    /// A free request. Their number is bounded by the queue's limit, plus requests whose callers never took their result.
    /// </summary>
    public CommitRequest Rent()
    {
        if (_free.TryDequeue(out CommitRequest? request))
        {
            return request;
        }

        request = new CommitRequest(this);
        lock (_lock)
        {
            if (_count == _all.Length)
            {
                Array.Resize(ref _all, Math.Max(64, _count * 2));
            }

            _all[_count++] = request;
        }

        return request;
    }

    /// <summary>A request has no outcome yet.</summary>
    public bool HasOpen
    {
        get
        {
            lock (_lock)
            {
                return Array.Exists(_all, request => request is { IsOpen: true });
            }
        }
    }

    public void Return(CommitRequest request) => _free.Enqueue(request);

    /// <summary>Ends all that were started before <paramref name="limit"/> and have no outcome. Returns how many of each kind.</summary>
    public (int Unknown, int NotWritten) Expire(long limit)
    {
        CommitRequest[] all;
        int count;
        lock (_lock)
        {
            (all, count) = (_all, _count);
        }

        int unknown = 0;
        int notWritten = 0;
        foreach (CommitRequest request in all.AsSpan(0, count))
        {
            switch (request.TryExpire(limit))
            {
                case Payments.Records.CommitOutcome.Unknown:
                    unknown++;
                    break;
                case Payments.Records.CommitOutcome.NotWritten:
                    notWritten++;
                    break;
            }
        }

        return (unknown, notWritten);
    }
}
