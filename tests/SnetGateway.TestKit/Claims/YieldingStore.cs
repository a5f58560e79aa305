using SnetGateway.Payments.Records;

namespace SnetGateway.TestKit.Claims;

/// <summary>A store before and after whose reads and writes others may come.</summary>
/// <param name="inner">The store.</param>
public sealed class YieldingStore(IRecordStore inner) : IRecordStore
{
    public bool IsShared => inner.IsShared;

    public async ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        await Task.Yield();
        CommitResult result = await inner.CommitAsync(writes, cancellationToken);
        await Task.Yield();
        return result;
    }

    public async ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        await Task.Yield();
        StoredRecord? stored = await inner.ReadAsync(key, cancellationToken);
        await Task.Yield();
        return stored;
    }

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) => inner.ReadAllAsync(cancellationToken);

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
        inner.ReadAllAsync(kind, cancellationToken);

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => inner.WatchAsync(cancellationToken);

    public IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken) =>
        inner.ReadJournalAsync(key, cancellationToken);

    public ValueTask ProbeAsync(CancellationToken cancellationToken) => inner.ProbeAsync(cancellationToken);

    /// <summary>The store outlives the gateway that used it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
