using System.Runtime.CompilerServices;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Cli;

/// <summary>Counts what a command reads of a store: channels, plans and counts of free calls, and entries of their journals.</summary>
internal sealed class CountedStore(IRecordStore store, WorkDone work) : IRecordStore
{
    /// <summary>The kinds that are counted: the others are few.</summary>
    public static IReadOnlyList<RecordKind> Kinds { get; } = [RecordKind.PaidChannel, .. CounterName.Kinds];

    public bool IsShared => store.IsShared;

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken) =>
        store.CommitAsync(writes, cancellationToken);

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken) =>
        store.ReadAsync(key, cancellationToken);

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) => store.ReadAllAsync(cancellationToken);

    public async IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int count = Kinds.Contains(kind) ? 1 : 0;
        await foreach (StoredRecord record in store.ReadAllAsync(kind, cancellationToken))
        {
            yield return record;
            work.Add(count);
        }
    }

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => store.WatchAsync(cancellationToken);

    public async IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredEntry entry in store.ReadJournalAsync(key, cancellationToken))
        {
            yield return entry;
            work.AddEntry();
        }
    }

    public ValueTask ProbeAsync(CancellationToken cancellationToken) => store.ProbeAsync(cancellationToken);

    /// <summary>The store belongs to the command.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
