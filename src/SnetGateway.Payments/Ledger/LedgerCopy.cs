using System.Runtime.CompilerServices;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>
/// Copies a ledger into another store: records byte for byte, and the journal of each channel and counter. It can end at any point and be
/// run again: each record is compared first, and only what is missing is written. A record that is newer at the target is kept.
/// </summary>
/// <param name="source">The ledger to copy.</param>
/// <param name="target">The store to write.</param>
/// <param name="targetJournal">Reads the entries that the target already has.</param>
/// <param name="append">
/// Appends an entry to the target's journal. Null where the store keeps the journal itself and an entry is written with its record.
/// </param>
public sealed class LedgerCopy(
    IRecordStore source, IRecordStore target, IRecordStore targetJournal,
    Func<RecordKey, StoredEntry, CancellationToken, ValueTask>? append) : IDisposable
{
    /// <summary>Records that are copied at the same time, so that their writes share the target's syncs.</summary>
    private const int Parallelism = 64;

    private readonly SemaphoreSlim _reading = new(1);
    private readonly Lock _lock = new();
    private readonly HashSet<string> _newer = [];
    private readonly List<string> _different = [];
    private long _channels, _counters, _written, _entriesWritten;

    /// <summary>
    /// Copies what is missing. Throws <see cref="StoreUnavailableException"/> when a store cannot be used or another process writes to the
    /// target, and <see cref="LedgerFormatException"/>.
    /// </summary>
    public async Task<LedgerCopyResult> RunAsync(CancellationToken cancellationToken)
    {
        await CopyCursorAsync(cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        foreach (RecordKind kind in (RecordKind[])[RecordKind.PaidChannel, .. CounterName.Kinds])
        {
            await Parallel.ForEachAsync(
                OneByOneAsync(source.ReadAllAsync(kind, cancellationToken), cancellationToken), options,
                async (stored, cancellation) => await CopyRecordAsync(stored, cancellation));
        }

        await foreach (StoredRecord stored in source.ReadAllAsync(RecordKind.PendingInvalidation, cancellationToken))
        {
            await CopyInvalidationAsync(stored, cancellationToken);
        }

        await foreach (StoredRecord stored in source.ReadAllAsync(RecordKind.TrainedModel, cancellationToken))
        {
            await CopyModelAsync(stored, cancellationToken);
        }

        await foreach (StoredRecord stored in source.ReadAllAsync(RecordKind.DailyUsage, cancellationToken))
        {
            await CopyDailyUsageAsync(stored, cancellationToken);
        }

        if (await source.ReadAsync(PauseBook.Key, cancellationToken) is { } pauses
            && await target.ReadAsync(PauseBook.Key, cancellationToken) is null)
        {
            await WriteAsync(new RecordWrite(pauses.Key, 0, pauses.Value), cancellationToken);
        }

        foreach (RecordKind kind in (RecordKind[])[RecordKind.OpenClaims, RecordKind.Payee])
        {
            await foreach (StoredRecord stored in source.ReadAllAsync(kind, cancellationToken))
            {
                if (await target.ReadAsync(stored.Key, cancellationToken) is null)
                {
                    await WriteAsync(new RecordWrite(stored.Key, 0, stored.Value), cancellationToken);
                }
            }
        }

        return new LedgerCopyResult(_channels, _written, _entriesWritten, _newer, _different, _counters);
    }

    public void Dispose() => _reading.Dispose();

    /// <summary>
    /// Before any channel: the target's cursor says that it has followed all logs below it, which is not so for a channel that comes from a
    /// ledger with an older cursor. So the older of the two counts, and the logs from there on are read again (rule 12).
    /// </summary>
    private async Task CopyCursorAsync(CancellationToken cancellationToken)
    {
        StoredRecord? from = await source.ReadAsync(CursorStore.Key, cancellationToken);

        // Through the reader of the target's journal, which reads the journal's files with each record.
        StoredRecord? to = await targetJournal.ReadAsync(CursorStore.Key, cancellationToken);
        if (from is null)
        {
            if (to is not null)
            {
                throw new StoreUnavailableException(
                    "the source has no chain cursor, but the target has one: start a gateway on the source until it is ready, stop it, and "
                    + "copy again");
            }
        }
        else if (to is null
            ? !await target.ReadAllAsync(RecordKind.PaidChannel, cancellationToken).AnyAsync(cancellationToken) // else all are read again
            : CursorStore.Read(from).Number < CursorStore.Read(to).Number)
        {
            await WriteAsync(new RecordWrite(from.Key, to?.Revision ?? 0, from.Value), cancellationToken);
        }
    }

    private async Task CopyRecordAsync(StoredRecord stored, CancellationToken cancellationToken)
    {
        bool isChannel = stored.Key.Kind == RecordKind.PaidChannel;
        Interlocked.Increment(ref isChannel ? ref _channels : ref _counters);
        var record = CopiedRecord.Read(stored);
        StoredRecord? there = await target.ReadAsync(stored.Key, cancellationToken);
        bool isThere = there is not null && there.Value.Span.SequenceEqual(stored.Value.Span);
        if (there is not null && !isThere)
        {
            var known = CopiedRecord.Read(there);
            if (!await IsContinuedAsync(stored.Key, record, known, cancellationToken))
            {
                Note(_different, record.Name);
                return;
            }

            if (known.Sequence >= record.Sequence)
            {
                Note(_newer, record.Name);
                return;
            }
        }

        await WriteRecordAsync(stored, record, there?.Revision ?? 0, isThere, cancellationToken);
        if (isChannel && !isThere)
        {
            Interlocked.Increment(ref _written);
        }
    }

    private async Task WriteRecordAsync(
        StoredRecord stored, CopiedRecord record, long revision, bool isThere, CancellationToken cancellationToken)
    {
        HashSet<(long, Bytes32)> known = [];
        await foreach (StoredEntry entry in OneByOneAsync(targetJournal.ReadJournalAsync(stored.Key, cancellationToken), cancellationToken))
        {
            known.Add((entry.Sequence, JournalEntry.HashOf(entry.Entry.Span)));
        }

        bool isWritten = isThere;
        if (!isThere && append is not null)
        {
            // The payment before its history.
            await WriteAsync(new RecordWrite(stored.Key, revision, stored.Value), cancellationToken);
            isWritten = true;
        }

        await foreach (StoredEntry entry in EntriesAsync(stored.Key, record, cancellationToken))
        {
            if (!known.Add((entry.Sequence, JournalEntry.HashOf(entry.Entry.Span))))
            {
                continue;
            }

            if (append is not null)
            {
                await append(stored.Key, entry, cancellationToken);
            }
            else
            {
                // The final record from the first entry on: after a kill at any point, the target's amounts are right.
                revision = await WriteAsync(
                    new RecordWrite(stored.Key, revision, stored.Value, entry.Sequence, entry.Entry), cancellationToken);
                isWritten = true;
            }

            Interlocked.Increment(ref _entriesWritten);
        }

        if (!isWritten)
        {
            await WriteAsync(new RecordWrite(stored.Key, revision, stored.Value), cancellationToken);
        }
    }

    /// <summary>An invalidation that was seen later counts: with the older one a claim could be missed.</summary>
    private async Task CopyInvalidationAsync(StoredRecord stored, CancellationToken cancellationToken)
    {
        StoredRecord? there = await target.ReadAsync(stored.Key, cancellationToken);
        if (there is null || PendingInvalidation.Read(there, out _).SeenAt < PendingInvalidation.Read(stored, out _).SeenAt)
        {
            await WriteAsync(new RecordWrite(stored.Key, there?.Revision ?? 0, stored.Value), cancellationToken);
        }
    }

    /// <summary>Of two records of a model the one that was changed later counts.</summary>
    private async Task CopyModelAsync(StoredRecord stored, CancellationToken cancellationToken)
    {
        StoredRecord? there = await target.ReadAsync(stored.Key, cancellationToken);
        if (there is null || TrainingModelCodec.Read(there).UpdatedAt < TrainingModelCodec.Read(stored).UpdatedAt)
        {
            await WriteAsync(new RecordWrite(stored.Key, there?.Revision ?? 0, stored.Value), cancellationToken);
        }
    }

    /// <summary>Of one process that has ended: the source's record is the newest.</summary>
    private async Task CopyDailyUsageAsync(StoredRecord stored, CancellationToken cancellationToken)
    {
        StoredRecord? there = await target.ReadAsync(stored.Key, cancellationToken);
        if (there is null || !there.Value.Span.SequenceEqual(stored.Value.Span))
        {
            await WriteAsync(new RecordWrite(stored.Key, there?.Revision ?? 0, stored.Value), cancellationToken);
        }
    }

    /// <summary>
    /// Whether the newer of two records continues the history of the older one. The newer one's journal decides; where it does not go back
    /// that far, the newer record must be worth at least as much.
    /// </summary>
    private async ValueTask<bool> IsContinuedAsync(
        RecordKey key, CopiedRecord record, CopiedRecord known, CancellationToken cancellationToken)
    {
        bool isNewer = record.Sequence > known.Sequence;
        (CopiedRecord older, CopiedRecord newer) = isNewer ? (known, record) : (record, known);
        if (older.Sequence == newer.Sequence)
        {
            return older.NewestEntry.Span.SequenceEqual(newer.NewestEntry.Span);
        }

        bool isInJournal = false;
        IRecordStore journal = isNewer ? source : targetJournal;
        IAsyncEnumerable<StoredEntry> entries = journal.ReadJournalAsync(key, cancellationToken);
        await foreach (StoredEntry entry in OneByOneAsync(entries, cancellationToken))
        {
            if (entry.Sequence == older.Sequence)
            {
                isInJournal = true;
                if (entry.Entry.Span.SequenceEqual(older.NewestEntry.Span))
                {
                    return true;
                }
            }
        }

        return !isInJournal && older.MayPrecede(newer);
    }

    /// <summary>The source's entries, with the newest one even where the record alone holds it.</summary>
    private async IAsyncEnumerable<StoredEntry> EntriesAsync(
        RecordKey key, CopiedRecord record, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long last = 0;
        await foreach (StoredEntry entry in OneByOneAsync(source.ReadJournalAsync(key, cancellationToken), cancellationToken))
        {
            if (entry.Sequence <= record.Sequence)
            {
                last = entry.Sequence;
                yield return entry;
            }
        }

        if (last < record.Sequence && !record.NewestEntry.IsEmpty)
        {
            yield return new StoredEntry(record.Sequence, record.NewestEntry);
        }
    }

    /// <summary>The journals of shared stores are read through one reader that several readers must not use at the same time.</summary>
    private async IAsyncEnumerable<T> OneByOneAsync<T>(
        IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using IAsyncEnumerator<T> enumerator = items.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            await _reading.WaitAsync(cancellationToken);
            try
            {
                if (!await enumerator.MoveNextAsync())
                {
                    yield break;
                }
            }
            finally
            {
                _reading.Release();
            }

            yield return enumerator.Current;
        }
    }

    private async ValueTask<long> WriteAsync(RecordWrite write, CancellationToken cancellationToken)
    {
        CommitResult result = await target.CommitAsync(new[] { write }, cancellationToken);
        return result.Outcome == CommitOutcome.Committed ? result.Revision : throw new StoreUnavailableException(
            result.Outcome == CommitOutcome.Conflict
                ? "another process writes to the target: stop every gateway on it, and copy again"
                : "the target did not confirm a write: check the store, and copy again");
    }

    private void Note(ICollection<string> channels, string channel)
    {
        lock (_lock)
        {
            channels.Add(channel);
        }
    }
}
