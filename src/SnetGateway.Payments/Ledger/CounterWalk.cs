using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>One walk through a counter's journal, oldest entry first.</summary>
/// <param name="key">The counter.</param>
/// <param name="keptSince">Entries from before may have been removed.</param>
internal sealed class CounterWalk(RecordKey key, DateTimeOffset keptSince)
{
    private CounterEntry? _last;
    private ReadOnlyMemory<byte> _lastBytes;

    public List<string> Faults { get; } = [];

    public long Entries { get; private set; }

    public long LastSequence => _last?.Sequence ?? 0;

    public void Take(StoredEntry stored)
    {
        CounterEntry entry;
        try
        {
            entry = CounterEntry.Read(stored.Entry);
        }
        catch (LedgerFormatException exception)
        {
            Faults.Add($"entry {stored.Sequence}: {exception.Message}");
            return;
        }

        Check(stored, entry);
        Entries++;
        _last = entry;
        _lastBytes = stored.Entry;
    }

    /// <summary>Compares the record with what the journal leads to.</summary>
    public void Compare(CounterRecord record)
    {
        if (_last is null || _last.Sequence != record.Sequence)
        {
            if (record.Sequence > 0 || !record.Used.IsZero || !record.Planned.IsZero)
            {
                Faults.Add($"the record is at entry {record.Sequence}, the journal at {LastSequence}");
            }
        }
        else if (!_lastBytes.Span.SequenceEqual(record.NewestEntry.Span))
        {
            Faults.Add("the newest entry of the journal is not the one in the record");
        }
        else if ((_last.Used, _last.Planned) != (record.Used, record.Planned))
        {
            Faults.Add(
                $"the record holds {record.Used} used and {record.Planned} planned, its journal {_last.Used} and {_last.Planned}");
        }
    }

    private void Check(StoredEntry stored, CounterEntry entry)
    {
        if (!entry.Id.Span.SequenceEqual(key.Id.Span) || entry.Sequence != stored.Sequence)
        {
            Faults.Add($"entry {stored.Sequence} is of another counter or place");
            return;
        }

        if (_last is null && entry.Sequence > 1 && keptSince > DateTimeOffset.MinValue)
        {
            return; // earlier ones may be older than journals are kept
        }

        if (_last is not null && entry.Sequence > _last.Sequence + 1 && _last.At < keptSince)
        {
            return;
        }

        if (entry.Sequence == LastSequence)
        {
            Faults.Add($"entry {entry.Sequence} is there in two forms: another or an older ledger served this counter too");
        }
        else if (entry.Sequence != LastSequence + 1)
        {
            Faults.Add($"entries {LastSequence + 1} to {entry.Sequence - 1} are missing");
        }
        else if (entry.Previous != JournalEntry.HashOf(_lastBytes.Span))
        {
            Faults.Add($"entry {entry.Sequence} is not linked to the one before");
        }
        else if (!IsSum(entry))
        {
            Faults.Add($"entry {entry.Sequence} does not add up to {entry.Used} used and {entry.Planned} planned");
        }
    }

    /// <summary>Whether the entry's lines make the difference to the entry before.</summary>
    private bool IsSum(CounterEntry entry)
    {
        (UInt256 used, UInt256 planned) = _last is null ? (UInt256.Zero, UInt256.Zero) : (_last.Used, _last.Planned);
        UInt256 sum = entry.Lines.Aggregate(UInt256.Zero, (total, line) => total.SaturatingAdd(line.Amount));
        return entry.Kind switch
        {
            CounterEntryKind.Use => entry.Used == used.SaturatingAdd(sum) && entry.Planned == planned,
            CounterEntryKind.Purchase => entry.Used == used && entry.Planned == planned.SaturatingAdd(sum),
            CounterEntryKind.Reset => entry.Used.IsZero && entry.Planned == planned,
            _ => entry.Used.IsZero && entry.Planned == sum, // begins anew
        };
    }
}
