using System.Collections.Concurrent;
using SnetGateway.Payments.Records;

namespace SnetGateway.Tests.Payments.Model;

/// <summary>
/// A store behind a bad network: requests are lost, delayed for any time or arrive twice, responses are lost, and reads fail. The store
/// itself is whole.
/// </summary>
internal sealed class LossyStore(IRecordStore inner, Random random) : IRecordStore
{
    private readonly Lock _lock = new();
    private readonly ConcurrentQueue<RecordWrite[]> _late = new();
    private long _faults;
    private long _landed;

    /// <summary>Replicas of one history share the records, also where their store has one owner.</summary>
    public bool IsShared => true;

    /// <summary>No more faults: for the end of a history.</summary>
    public bool IsReliable { get; set; }

    public long Faults => _faults;

    /// <summary>Writes that were executed after their caller got no response.</summary>
    public long Late => _landed;

    public async ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        RecordWrite[] all = writes.ToArray();
        await Task.Yield();
        if (Next(12) == 0)
        {
            await LandAsync();
        }

        switch (IsReliable ? int.MaxValue : Next(60))
        {
            case 0: // the request is lost
                return Fault(CommitOutcome.Unknown);
            case 1: // the response is lost
                await inner.CommitAsync(all, CancellationToken.None);
                return Fault(CommitOutcome.Unknown);
            case 2: // the request arrives later
                _late.Enqueue(all);
                return Fault(CommitOutcome.Unknown);
            case 3: // it arrives twice, and the second response is returned
                await inner.CommitAsync(all, CancellationToken.None);
                Interlocked.Increment(ref _faults);
                return await inner.CommitAsync(all, CancellationToken.None);
            case 4:
                return Fault(CommitOutcome.NotWritten);
            default:
                return await inner.CommitAsync(all, CancellationToken.None);
        }
    }

    public async ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (!IsReliable && Next(40) == 0)
        {
            Interlocked.Increment(ref _faults);
            throw new StoreUnavailableException("the read failed");
        }

        return await inner.ReadAsync(key, cancellationToken);
    }

    /// <summary>Executes all delayed writes.</summary>
    public async Task LandAllAsync()
    {
        while (await LandAsync())
        {
            // until none is left
        }
    }

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask ProbeAsync(CancellationToken cancellationToken) => default;

    public ValueTask DisposeAsync() => default;

    private int Next(int bound)
    {
        lock (_lock)
        {
            return random.Next(bound);
        }
    }

    private CommitResult Fault(CommitOutcome outcome)
    {
        Interlocked.Increment(ref _faults);
        return new CommitResult(outcome, 0);
    }

    private async Task<bool> LandAsync()
    {
        if (!_late.TryDequeue(out RecordWrite[]? writes))
        {
            return false;
        }

        if ((await inner.CommitAsync(writes, CancellationToken.None)).Outcome == CommitOutcome.Committed)
        {
            Interlocked.Increment(ref _landed);
        }

        return true;
    }
}
