using System.Runtime.CompilerServices;
using SnetGateway.Payments.Records;

namespace SnetGateway.Tests.Payments.Model;

/// <summary>A ledger as a command reads it when no gateway writes: its records, and the journals of all gateways.</summary>
internal sealed class MergedLedger(IRecordStore records, Func<RecordKey, Task<IReadOnlyList<StoredEntry>>> journal) : IRecordStore
{
    public bool IsShared => false;

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken) =>
        records.ReadAsync(key, cancellationToken);

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) => records.ReadAllAsync(cancellationToken);

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
        records.ReadAllAsync(kind, cancellationToken);

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public async IAsyncEnumerable<StoredEntry> ReadJournalAsync(
        RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (StoredEntry entry in await journal(key))
        {
            yield return entry;
        }
    }

    public ValueTask ProbeAsync(CancellationToken cancellationToken) => default;

    public ValueTask DisposeAsync() => default;
}
