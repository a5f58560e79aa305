using SnetGateway.Payments.Records;

namespace SnetGateway.TestKit.Claims;

/// <summary>A store with a point before and after each write, at which a test can have the gateway die.</summary>
/// <param name="inner">The store.</param>
/// <param name="point">Called at each point; may throw.</param>
public sealed class InterceptedStore(IRecordStore inner, Action<string> point) : IRecordStore
{
    public bool IsShared => inner.IsShared;

    public async ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        point("write");
        CommitResult result = await inner.CommitAsync(writes, cancellationToken);
        point("written");
        return result;
    }

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken) =>
        inner.ReadAsync(key, cancellationToken);

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
