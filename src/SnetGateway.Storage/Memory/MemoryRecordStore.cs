using System.Runtime.CompilerServices;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Memory;

/// <summary>
/// Records in memory: the simplest implementation of the contract, for tests and trials. All data is lost when the process ends.
/// </summary>
public sealed class MemoryRecordStore : IRecordStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RecordKey, StoredRecord> _records = [];
    private readonly Dictionary<RecordKey, List<StoredEntry>> _journals = [];
    private long _revision;
    private bool _closed;

    public bool IsShared => false;

    public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        StoreLimits.Check(writes.Span);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return new(_closed ? new CommitResult(CommitOutcome.NotWritten, 0) : Commit(writes.Span));
        }
    }

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            ThrowIfClosed();
            return new(_records.GetValueOrDefault(key));
        }
    }

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) => ReadAsync(null, cancellationToken);

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
        ReadAsync(kind, cancellationToken);

    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredRecord>();

    public async IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoredEntry[] entries;
        lock (_lock)
        {
            ThrowIfClosed();
            entries = _journals.TryGetValue(key, out List<StoredEntry>? journal) ? [.. journal] : [];
        }

        await ValueTask.CompletedTask;
        foreach (StoredEntry entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    public ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ThrowIfClosed();
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
            return ValueTask.CompletedTask;
        }
    }

    private CommitResult Commit(ReadOnlySpan<RecordWrite> writes)
    {
        foreach (ref readonly RecordWrite write in writes)
        {
            if ((_records.GetValueOrDefault(write.Key)?.Revision ?? 0) != write.ExpectedRevision)
            {
                return new CommitResult(CommitOutcome.Conflict, 0);
            }
        }

        _revision++;
        foreach (ref readonly RecordWrite write in writes)
        {
            // Copies, because the caller lends its memory only for the call.
            var key = new RecordKey(write.Key.Kind, write.Key.Id.ToArray());
            _records[key] = new StoredRecord(key, _revision, write.Value.ToArray());
            if (!write.Entry.IsEmpty)
            {
                if (!_journals.TryGetValue(key, out List<StoredEntry>? journal))
                {
                    _journals.Add(key, journal = []);
                }

                journal.Add(new StoredEntry(write.EntrySequence, write.Entry.ToArray()));
            }
        }

        return new CommitResult(CommitOutcome.Committed, _revision);
    }

    private async IAsyncEnumerable<StoredRecord> ReadAsync(RecordKind? kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoredRecord[] records;
        lock (_lock)
        {
            ThrowIfClosed();
            records = [.. _records.Values.Where(record => kind is null || record.Key.Kind == kind)];
        }

        Array.Sort(records, static (left, right) => left.Key.Id.Span.SequenceCompareTo(right.Key.Id.Span));
        await ValueTask.CompletedTask;
        foreach (StoredRecord record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }
    }

    private void ThrowIfClosed()
    {
        if (_closed)
        {
            throw new StoreUnavailableException("the ledger is closed");
        }
    }
}
