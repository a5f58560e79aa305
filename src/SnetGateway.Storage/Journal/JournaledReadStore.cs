using System.Runtime.CompilerServices;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Journal;

/// <summary>
/// For commands: reads records from a shared store and their history from the journals of the gateways that write it. Writes nothing. The
/// journals are read after the records, so the newest entries of a running gateway are included.
/// </summary>
public sealed class JournaledReadStore(IRecordStore records, JournalReader journals) : IRecordStore
{
    /// <summary>Records after which the journals are refreshed.</summary>
    private const int PageLength = 1024;

    public bool IsShared => true;

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken) =>
        new(new CommitResult(CommitOutcome.NotWritten, 0));

    public async ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        StoredRecord? record = await records.ReadAsync(key, cancellationToken);
        journals.Refresh();
        return record;
    }

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) =>
        PagedAsync(records.ReadAllAsync(cancellationToken), cancellationToken);

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
        PagedAsync(records.ReadAllAsync(kind, cancellationToken), cancellationToken);

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredRecord>();

    public async IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach (StoredEntry entry in journals.Read(key))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    public ValueTask ProbeAsync(CancellationToken cancellationToken) =>
        throw new StoreUnavailableException("the ledger was opened read-only");

    public ValueTask DisposeAsync()
    {
        journals.Dispose();
        return records.DisposeAsync();
    }

    private async IAsyncEnumerable<StoredRecord> PagedAsync(
        IAsyncEnumerable<StoredRecord> all, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredRecord[] page in all.Chunk(PageLength).WithCancellation(cancellationToken))
        {
            journals.Refresh();
            foreach (StoredRecord record in page)
            {
                yield return record;
            }
        }
    }
}
