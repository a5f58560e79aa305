using System.Runtime.CompilerServices;
using System.Threading.Channels;
using SnetGateway.Payments.Records;

namespace SnetGateway.TestKit.Payments;

/// <summary>
/// A store in memory with scripted failures. It keeps copies, so that a test fails when a caller changes its memory too early.
/// </summary>
public sealed class ScriptedStore : IRecordStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RecordKey, StoredRecord> _records = [];
    private readonly Dictionary<RecordKey, SortedDictionary<long, byte[]>> _journal = [];
    private readonly Queue<StoreFault> _faults = new();
    private readonly List<RecordWrite[]> _late = [];
    private readonly List<TaskCompletionSource> _stalled = [];
    private bool _landAfterRead;
    private long _revision;

    public bool IsShared { get; set; }

    /// <summary>Number of next reads that fail.</summary>
    public int FailingReads { get; set; }

    public int Commits { get; private set; }

    public int Reads { get; private set; }

    /// <summary>Commits that wait for <see cref="ReleaseStalled"/>.</summary>
    public int Stalled
    {
        get
        {
            lock (_lock)
            {
                return _stalled.Count;
            }
        }
    }

    /// <summary>The records that <see cref="WatchAsync"/> returns.</summary>
    public Channel<StoredRecord> Feed { get; } = Channel.CreateUnbounded<StoredRecord>();

    /// <summary>Runs before a commit compares, so that a test can let another writer in.</summary>
    public Action? BeforeCommit { get; set; }

    /// <summary>Runs before a record is read.</summary>
    public Action? BeforeRead { get; set; }

    /// <summary>Gets each write before it is compared.</summary>
    public Action<RecordWrite>? Committing { get; set; }

    /// <summary>When set, reads return after it.</summary>
    public Task? ReadsWaitFor { get; set; }

    /// <summary>What a probe does; null succeeds.</summary>
    public Func<CancellationToken, ValueTask>? Probe { get; set; }

    public void Fail(params StoreFault[] faults)
    {
        lock (_lock)
        {
            foreach (StoreFault fault in faults)
            {
                _faults.Enqueue(fault);
            }
        }
    }

    public async ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken)
    {
        BeforeCommit?.Invoke();
        StoreFault fault;
        RecordWrite[] copy = [.. writes.ToArray().Select(Copy)];
        TaskCompletionSource? stall = null;
        Array.ForEach(copy, write => Committing?.Invoke(write));
        lock (_lock)
        {
            Commits++;
            fault = _faults.TryDequeue(out StoreFault next) ? next : StoreFault.None;
            if (fault == StoreFault.Stall)
            {
                stall = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _stalled.Add(stall);
            }
        }

        if (stall is not null)
        {
            await stall.Task;
        }

        lock (_lock)
        {
            switch (fault)
            {
                case StoreFault.Conflict:
                    return new CommitResult(CommitOutcome.Conflict, 0);
                case StoreFault.NotWritten:
                    return new CommitResult(CommitOutcome.NotWritten, 0);
                case StoreFault.UnknownLost:
                    return new CommitResult(CommitOutcome.Unknown, 0);
                case StoreFault.UnknownWritten:
                    Write(copy);
                    return new CommitResult(CommitOutcome.Unknown, 0);
                case StoreFault.UnknownLandsAfterRead or StoreFault.UnknownLandsLater:
                    _late.Add(copy);
                    _landAfterRead |= fault == StoreFault.UnknownLandsAfterRead;
                    return new CommitResult(CommitOutcome.Unknown, 0);
                case StoreFault.RepeatedWrite:
                    Write(copy);
                    return Write(copy);
                case StoreFault.ThrowsWritten:
                    Write(copy);
                    throw new InvalidOperationException("The connection broke in a way that the store did not foresee.");
                default:
                    return Write(copy);
            }
        }
    }

    public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        BeforeRead?.Invoke();
        lock (_lock)
        {
            Reads++;
            if (FailingReads > 0)
            {
                FailingReads--;
                throw new StoreUnavailableException("The store does not answer.");
            }

            StoredRecord? found = _records.GetValueOrDefault(key);
            if (_landAfterRead)
            {
                LandLate();
            }

            return ReadsWaitFor is { } wait ? new(AfterAsync(wait, found)) : new ValueTask<StoredRecord?>(found);
        }

        static async Task<StoredRecord?> AfterAsync(Task wait, StoredRecord? found)
        {
            await wait;
            return found;
        }
    }

    public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) =>
        Enum.GetValues<RecordKind>().ToAsyncEnumerable().SelectMany(kind => ReadAllAsync(kind, cancellationToken));

    public async IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        StoredRecord[] all;
        lock (_lock)
        {
            all = [.. _records.Values.Where(record => record.Key.Kind == kind)
                .OrderBy(record => Convert.ToHexString(record.Key.Id.Span), StringComparer.Ordinal)];
        }

        foreach (StoredRecord record in all)
        {
            yield return record;
        }
    }

    /// <summary>
    /// Returns the records put into <see cref="Feed"/> and no others: the test decides what another replica's write looks like.
    /// </summary>
    public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => Feed.Reader.ReadAllAsync(cancellationToken);

    public async IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        KeyValuePair<long, byte[]>[] entries;
        lock (_lock)
        {
            entries = _journal.TryGetValue(key, out SortedDictionary<long, byte[]>? found) ? [.. found] : [];
        }

        foreach ((long sequence, byte[] entry) in entries)
        {
            yield return new StoredEntry(sequence, entry);
        }
    }

    public ValueTask ProbeAsync(CancellationToken cancellationToken) => Probe?.Invoke(cancellationToken) ?? ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Executes the writes that were delayed. Returns how many still passed their comparison.</summary>
    public int LandLate()
    {
        lock (_lock)
        {
            int landed = _late.Count(write => Write(write).Outcome == CommitOutcome.Committed);
            _late.Clear();
            _landAfterRead = false;
            return landed;
        }
    }

    public void ReleaseStalled()
    {
        TaskCompletionSource[] waiting;
        lock (_lock)
        {
            waiting = [.. _stalled];
            _stalled.Clear();
        }

        foreach (TaskCompletionSource stalled in waiting)
        {
            stalled.SetResult();
        }
    }

    /// <summary>Replaces a record without a comparison: damage, or another writer.</summary>
    public void Overwrite(RecordKey key, ReadOnlyMemory<byte> value)
    {
        lock (_lock)
        {
            _records[key] = new StoredRecord(key, ++_revision, value.ToArray());
        }
    }

    /// <summary>Removes a record, as if an operator had deleted its key.</summary>
    public void Remove(RecordKey key)
    {
        lock (_lock)
        {
            _records.Remove(key);
        }
    }

    /// <summary>Replaces or removes a journal entry: damage.</summary>
    public void OverwriteEntry(RecordKey key, long sequence, byte[]? entry)
    {
        lock (_lock)
        {
            if (entry is null)
            {
                _journal[key].Remove(sequence);
            }
            else
            {
                Journal(key)[sequence] = entry;
            }
        }
    }

    public byte[] Entry(RecordKey key, long sequence)
    {
        lock (_lock)
        {
            return _journal[key][sequence];
        }
    }

    public StoredRecord? Find(RecordKey key)
    {
        lock (_lock)
        {
            return _records.GetValueOrDefault(key);
        }
    }

    private static RecordWrite Copy(RecordWrite write) => write with { Value = write.Value.ToArray(), Entry = write.Entry.ToArray() };

    private SortedDictionary<long, byte[]> Journal(RecordKey key) =>
        _journal.TryGetValue(key, out SortedDictionary<long, byte[]>? entries) ? entries : _journal[key] = [];

    private CommitResult Write(RecordWrite[] writes)
    {
        if (writes.Any(write => (_records.GetValueOrDefault(write.Key)?.Revision ?? 0) != write.ExpectedRevision))
        {
            return new CommitResult(CommitOutcome.Conflict, 0);
        }

        _revision++;
        foreach (RecordWrite write in writes)
        {
            _records[write.Key] = new StoredRecord(write.Key, _revision, write.Value);
            if (!write.Entry.IsEmpty && !Journal(write.Key).TryAdd(write.EntrySequence, write.Entry.ToArray()))
            {
                throw new InvalidOperationException($"Entry {write.EntrySequence} of {write.Key} was written twice.");
            }
        }

        return new CommitResult(CommitOutcome.Committed, _revision);
    }
}
