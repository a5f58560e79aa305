using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Counters;

/// <summary>
/// One counter in the memory of one gateway: its record, and the amounts that running calls hold. Many calls change it concurrently: its
/// writer takes all that wait for a write together. No lock is held while the store writes.
/// </summary>
public sealed class Counter
{
    /// <summary>Most uses of one write, which bounds the journal entry.</summary>
    private const int MaxBatch = 256;

    private readonly Lock _lock = new();
    private readonly ulong _writerId;
    private readonly Queue<CounterUse> _waiting = [];
    private CounterRecord? _record;
    private UInt256 _held;
    private CounterWrite? _open;
    private ulong _writes;
    private bool _hasWriter;
    private volatile bool _isLoaded;
    private volatile bool _inDoubt;

    /// <param name="key">The key of its record.</param>
    /// <param name="writerId">A number that no other object of this ledger has, for the ids of writes.</param>
    internal Counter(RecordKey key, ulong writerId)
    {
        Key = key;
        _writerId = writerId;
    }

    public RecordKey Key { get; }

    /// <summary>The record, as last written or read. Null while nothing was written.</summary>
    public CounterRecord? Record
    {
        get
        {
            lock (_lock)
            {
                return _record;
            }
        }
    }

    /// <summary>What is used, by the record.</summary>
    public UInt256 Used => Record?.Used ?? UInt256.Zero;

    /// <summary>What was bought, by the record.</summary>
    public UInt256 Planned => Record?.Planned ?? UInt256.Zero;

    /// <summary>What running calls hold and did not write yet.</summary>
    public UInt256 Held
    {
        get
        {
            lock (_lock)
            {
                return _held;
            }
        }
    }

    /// <summary>The record was read, or is known not to exist.</summary>
    internal bool IsLoaded
    {
        get => _isLoaded;
        set => _isLoaded = value;
    }

    /// <summary>The outcome of a write is unknown: the next use begins by resolving it (rule 7).</summary>
    internal bool InDoubt => _inDoubt;

    /// <summary>One write of this gateway at a time.</summary>
    internal SlotQueue Writer { get; } = new();

    /// <summary>One read at a time, whose result all share that waited for it.</summary>
    internal SlotQueue Reader { get; } = new();

    /// <summary>Reads that were begun, one after the other, and did not fail.</summary>
    internal long Reads { get; set; }

    /// <summary>The write whose outcome is not known yet; null for none.</summary>
    internal CounterWrite? Open
    {
        get
        {
            lock (_lock)
            {
                return _open;
            }
        }
    }

    /// <summary>Nothing of it is only in memory.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _held.IsZero && _open is null && !_hasWriter && _waiting.Count == 0 && !Writer.IsTaken;
            }
        }
    }

    /// <summary>Holds an amount if it fits beside what is used and what other calls hold.</summary>
    internal bool TryHold(UInt256 amount, UInt256? limit)
    {
        lock (_lock)
        {
            UInt256 most = limit ?? _record?.Planned ?? UInt256.Zero;
            if (!(_record?.Used ?? UInt256.Zero).TryAdd(_held, out UInt256 taken)
                || !taken.TryAdd(amount, out UInt256 next)
                || next > most)
            {
                return false;
            }

            _held = _held.SaturatingAdd(amount);
            return true;
        }
    }

    /// <summary>Gives back what a call held.</summary>
    internal void GiveBack(UInt256 amount)
    {
        lock (_lock)
        {
            _held = _held.SaturatingSubtract(amount);
        }
    }

    /// <summary>
    /// Takes a newer state of the record in. Revisions only rise: the result of a late read is ignored. If it contains the write that is
    /// in progress, the amounts of that write are no longer held beside it.
    /// </summary>
    internal void Adopt(CounterRecord record)
    {
        lock (_lock)
        {
            _isLoaded = true;
            if (_record is not null && record.Revision <= _record.Revision)
            {
                return;
            }

            _record = record;
            if (_open is { IsCounted: false } open && record.Writers.Contains(open.Id))
            {
                open.IsCounted = true;
                _held = _held.SaturatingSubtract(open.Amount);
            }
        }
    }

    /// <summary>Queues a use for the next write. True when the caller has to start the writer.</summary>
    internal bool Enqueue(CounterUse use)
    {
        lock (_lock)
        {
            _waiting.Enqueue(use);
            bool starts = !_hasWriter;
            _hasWriter = true;
            return starts;
        }
    }

    /// <summary>All uses that wait, up to the most of one write.</summary>
    internal List<CounterUse> TakeWaiting()
    {
        lock (_lock)
        {
            var batch = new List<CounterUse>(Math.Min(_waiting.Count, MaxBatch));
            var methods = new HashSet<(string, string)>();
            while (batch.Count < MaxBatch && _waiting.TryPeek(out CounterUse? next))
            {
                methods.Add((next.Call.Service.Name, next.Call.Method));
                if (methods.Count > CounterEntry.MaxLines)
                {
                    break;
                }

                batch.Add(_waiting.Dequeue());
            }

            return batch;
        }
    }

    /// <summary>Whether the writer has to continue; otherwise the next use starts it again.</summary>
    internal bool ContinuesWriting()
    {
        lock (_lock)
        {
            _hasWriter = _waiting.Count > 0;
            return _hasWriter;
        }
    }

    /// <summary>
    /// The write of those uses that fit by the record of now. Moves the others from <paramref name="uses"/> into
    /// <paramref name="exceeded"/>. Null when there is nothing to write.
    /// </summary>
    internal CounterWrite? Prepare(List<CounterUse> uses, List<CounterUse> exceeded, DateTimeOffset at)
    {
        lock (_lock)
        {
            _open = null;
            CounterRecord before = _record ?? new CounterRecord { Key = Key };
            UInt256 used = before.Used;
            UInt256 amount = UInt256.Zero;
            uses.RemoveAll(use =>
            {
                if (used.TryAdd(use.Amount, out UInt256 next) && (use.Amount.IsZero || next <= (use.Limit ?? before.Planned)))
                {
                    used = next;
                    amount = amount.SaturatingAdd(use.Amount);
                    return false;
                }

                exceeded.Add(use);
                return true;
            });
            if (amount.IsZero)
            {
                return null;
            }

            return _open = new CounterWrite(
                before, CounterChange.OfUses(before, uses, used, new CallId(_writerId, ++_writes), at), amount);
        }
    }

    /// <summary>Begins a write that raises what is planned, as a part of another record's write.</summary>
    internal CounterWrite PreparePurchase(UInt256 amount, UInt256 most, string method, DateTimeOffset at)
    {
        lock (_lock)
        {
            CounterRecord before = _record ?? new CounterRecord { Key = Key };
            return _open = new CounterWrite(
                before, CounterChange.OfPurchase(before, amount, most, method, new CallId(_writerId, ++_writes), at), UInt256.Zero);
        }
    }

    /// <summary>The write was done: the record has its amount.</summary>
    internal void Conclude(CounterWrite write)
    {
        lock (_lock)
        {
            _open = null;
            _inDoubt = false;
            if (!write.IsCounted)
            {
                write.IsCounted = true;
                _held = _held.SaturatingSubtract(write.Amount);
            }
        }
    }

    /// <summary>The write was not done, and never will be. What its uses hold is theirs again.</summary>
    internal void Abandon()
    {
        lock (_lock)
        {
            _open = null;
            _inDoubt = false;
        }
    }

    /// <summary>The outcome of the write stays unknown. Its amounts stay held until it is resolved.</summary>
    internal void LeaveInDoubt()
    {
        lock (_lock)
        {
            _inDoubt = _open is not null;
        }
    }
}
