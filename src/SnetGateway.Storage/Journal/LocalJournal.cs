using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Journal;

/// <summary>
/// The history of this gateway's own settles, in local files: for shared stores, which hold records only (rule 15). One thread writes it
/// after the settle, without a sync, and no call fails because of it. A record also holds its newest entry, so a gateway that dies between
/// a settle and its journal write loses nothing: the next gateway to settle first writes the entry that its settle replaces
/// (<see cref="KeepReplaced"/>).
/// </summary>
public sealed class LocalJournal : IAsyncDisposable
{
    /// <summary>Bytes that may wait for the disk: about 20,000 settles at 400 bytes an entry.</summary>
    internal const int MaxWaiting = 8 * 1024 * 1024;

    /// <summary>
    /// Records whose newest written entry is remembered. After a reset an entry may be written twice, which readers ignore.
    /// </summary>
    private const int MaxRemembered = 65_536;

    private static readonly TimeSpan s_closeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_flushPoll = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// How long a settle waits for the replaced entry. When the disk hangs, history is given up and later settles do not wait.
    /// </summary>
    private static readonly TimeSpan s_keepLimit = TimeSpan.FromMilliseconds(200);

    private readonly string _folder;
    private readonly LedgerScope _scope;
    private readonly JournalFiles _files;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly FailureLog _failures;
    private readonly object _lock = new();
    private readonly Dictionary<RecordKey, Place> _newest = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _gathering = new byte[65_536];
    private byte[] _writing = new byte[65_536];
    private int _length;
    private int _entries;
    private long _lost;
    private long _taken;
    private long _done;
    private bool _closed;
    private TaskCompletionSource? _written;
    private volatile bool _hangs;

    /// <summary>Starts a journal in the folder of <paramref name="options"/>. Its first file is created with the first entry.</summary>
    public LocalJournal(JournalOptions options, LedgerScope scope, StorageMetrics metrics, ILogger logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_folder, _scope, _metrics, _logger, _time) = (options.Path, scope, metrics, logger, time);
        _files = new JournalFiles(options, scope, logger, time);
        _failures = new FailureLog(logger.JournalEntriesLost, () => logger.JournalRecovered(Lost));
        new Thread(Run) { IsBackground = true, Name = "journal writer" }.Start();
    }

    /// <summary>Entries lost since startup: no room in memory, or the write failed.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>
    /// Call before a commit. Queues the entries that the commit replaces in their records, unless this journal has them. Otherwise an entry
    /// could be lost when two gateways die one after the other, each between its settle and its journal write.
    /// </summary>
    /// <returns>The batch to pass to <see cref="WrittenAsync"/>; 0 when there is nothing to wait for.</returns>
    public long KeepReplaced(ReadOnlySpan<RecordWrite> writes)
    {
        long last = 0;
        lock (_lock)
        {
            bool wasEmpty = _length == 0;
            foreach (ref readonly RecordWrite write in writes)
            {
                if (!write.Entry.IsEmpty && !write.PreviousEntry.IsEmpty)
                {
                    last = Math.Max(last, KeepPrevious(write));
                }
            }

            if (wasEmpty && _length > 0)
            {
                Monitor.Pulse(_lock);
            }
        }

        return last > Volatile.Read(ref _done) ? last : 0;
    }

    /// <summary>Returns when a batch of <see cref="KeepReplaced"/> is written or lost, at the latest after 200 ms.</summary>
    public async ValueTask WrittenAsync(long batch)
    {
        long start = _time.GetTimestamp();
        while (batch > Volatile.Read(ref _done) && !_hangs)
        {
            Task written;
            lock (_lock)
            {
                if (batch <= _done)
                {
                    return;
                }

                written = (_written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            try
            {
                await written.WaitAsync(s_keepLimit - _time.GetElapsedTime(start) is { Ticks: > 0 } left ? left : TimeSpan.Zero, _time);
            }
            catch (TimeoutException)
            {
                _hangs = true;
            }
        }
    }

    /// <summary>
    /// Queues copies of the entries of committed writes. Never waits for the disk and never throws; entries without room are counted as
    /// lost.
    /// </summary>
    public void Append(ReadOnlySpan<RecordWrite> committed)
    {
        lock (_lock)
        {
            bool wasEmpty = _length == 0;
            foreach (ref readonly RecordWrite write in committed)
            {
                if (!write.Entry.IsEmpty)
                {
                    Append(write);
                }
            }

            if (wasEmpty && _length > 0)
            {
                Monitor.Pulse(_lock);
            }
        }
    }

    /// <summary>
    /// This gateway's entries of a record, including all that were appended before the call. Other gateways' entries are in their journals.
    /// </summary>
    public async IAsyncEnumerable<StoredEntry> ReadAsync(RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        if (!Directory.Exists(_folder))
        {
            yield break; // the folder is created with the first entry
        }

        using var reader = new JournalReader([_folder], _scope);
        reader.Refresh();
        foreach (StoredEntry entry in reader.Read(key))
        {
            yield return entry;
        }
    }

    /// <summary>
    /// Returns when everything that was appended before the call is written or lost. Call it before reading the files of a running journal.
    /// </summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        long target;
        lock (_lock)
        {
            target = _taken + (_length > 0 ? 1 : 0);
        }

        using var poll = new PeriodicTimer(s_flushPoll, _time);
        while (Volatile.Read(ref _done) < target && !_ended.Task.IsCompleted)
        {
            await poll.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Writes the queued entries and closes the file, within a time limit.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.Pulse(_lock);
        }

        try
        {
            await _ended.Task.WaitAsync(s_closeLimit, _time);
        }
        catch (TimeoutException)
        {
            _logger.JournalEntriesLost("the disk did not respond at shutdown");
        }
    }

    private void Append(in RecordWrite write)
    {
        if (!write.PreviousEntry.IsEmpty)
        {
            KeepPrevious(write); // a duplicate, unless entries were lost since
        }

        if (!_closed && TryFrame(write.Key, write.EntrySequence, write.Entry.Span))
        {
            Remember(write.Key, write.EntrySequence);
        }
        else
        {
            CountLost(1, "entries arrive faster than the disk writes them");
        }
    }

    /// <summary>Queues the entry before this one. Returns the batch that contains it; 0 when it does not fit.</summary>
    private long KeepPrevious(in RecordWrite write)
    {
        long previous = write.EntrySequence - 1;
        if (_newest.TryGetValue(write.Key, out Place newest) && newest.Sequence >= previous)
        {
            return newest.Batch;
        }

        if (_closed || !TryFrame(write.Key, previous, write.PreviousEntry.Span))
        {
            return 0;
        }

        Remember(write.Key, previous);
        return _taken + 1;
    }

    private void Remember(RecordKey key, long sequence)
    {
        var place = new Place(sequence, _taken + 1);
        if (_newest.ContainsKey(key))
        {
            _newest[key] = place;
            return;
        }

        if (_newest.Count >= MaxRemembered)
        {
            _newest.Clear();
        }

        // A copy, because the caller lends its memory only for the call.
        _newest.Add(new RecordKey(key.Kind, key.Id.ToArray()), place);
    }

    private bool TryFrame(in RecordKey key, long sequence, ReadOnlySpan<byte> entry)
    {
        int frame = JournalFormat.FrameLength(key, entry);
        int needed = _length + frame;
        if (needed > MaxWaiting)
        {
            return false;
        }

        if (needed > _gathering.Length)
        {
            Array.Resize(ref _gathering, Math.Min(MaxWaiting, Math.Max(needed, _gathering.Length * 2)));
        }

        JournalFormat.WriteFrame(key, sequence, entry, _gathering.AsSpan(_length, frame));
        _length = needed;
        _entries++;
        return true;
    }

    private void CountLost(int entries, string reason)
    {
        Interlocked.Add(ref _lost, entries);
        _metrics.JournalEntriesLost(entries);
        _newest.Clear(); // the next settle of each record writes its previous entry again
        _failures.Failed(reason);
    }

    private void Run()
    {
        while (Take() is { Length: > 0 } taken)
        {
            string? failure = _files.TryWrite(taken.Span);
            TaskCompletionSource? written;
            lock (_lock)
            {
                (written, _written) = (_written, null);
                Volatile.Write(ref _done, _done + 1);
                _hangs = false;
                if (failure is not null)
                {
                    CountLost(taken.Entries, failure);
                }
                else
                {
                    _failures.Succeeded();
                }
            }

            written?.SetResult();
        }

        _files.Dispose();
        _ended.SetResult();
    }

    /// <summary>Waits for entries and takes all that are queued; empty when the journal is closed.</summary>
    private Taken Take()
    {
        lock (_lock)
        {
            while (_length == 0 && !_closed)
            {
                Monitor.Wait(_lock);
            }

            var taken = new Taken(_gathering, _length, _entries);
            (_gathering, _writing) = (_writing, _gathering);
            (_length, _entries) = (0, 0);
            _taken++;
            return taken;
        }
    }

    /// <summary>The newest entry of a record that this journal has, and the number of the batch that contains it.</summary>
    private readonly record struct Place(long Sequence, long Batch);

    private readonly record struct Taken(byte[] Bytes, int Length, int Entries)
    {
        public ReadOnlySpan<byte> Span => Bytes.AsSpan(0, Length);
    }
}
