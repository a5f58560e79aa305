using SnetGateway.Payments.Records;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>A real store that counts what is asked of it.</summary>
internal sealed class CountingStore(IRecordStore inner) : IRecordStore
{
    private long _commits;
    private long _reads;

    /// <summary>Runs before a commit reaches the store: where a test lets something happen in between.</summary>
    public Func<Task>? BeforeCommit { get; set; }

    public long Commits => Interlocked.Read(ref _commits);

    public long Accesses => Interlocked.Read(ref _commits) + Interlocked.Read(ref _reads);

    public bool IsShared => inner.IsShared;

    public async ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _commits);
        if (BeforeCommit is { } before)
        {
            await before();
        }

        return await inner.CommitAsync(writes, cancellationToken);
    }

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return inner.ReadAsync(key, cancellationToken);
    }

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return inner.ReadAllAsync(cancellationToken);
    }

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return inner.ReadAllAsync(kind, cancellationToken);
    }

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => inner.WatchAsync(cancellationToken);

    public IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken) =>
        inner.ReadJournalAsync(key, cancellationToken);

    public ValueTask ProbeAsync(CancellationToken cancellationToken) => inner.ProbeAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
