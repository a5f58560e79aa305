using SnetGateway.Payments.Records;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>A store that says yes to every write and keeps none, so that what a settle costs before the store can be seen alone.</summary>
internal sealed class ForgetfulStore : IRecordStore
{
    private long _revision;

    public bool IsShared => false;

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken) =>
        new(new CommitResult(CommitOutcome.Committed, ++_revision));

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken) => new((StoredRecord?)null);

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredRecord>();

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<StoredRecord>();

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredRecord>();

    public IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<StoredEntry>();

    public ValueTask ProbeAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
