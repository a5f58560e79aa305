using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Journal;

/// <summary>
/// The history of what this gateway settled, in files of its own: for stores that replicas share and that hold records only (design, rule 15).
/// Written after the settle and unsynced, by one thread; no call fails by it. A record holds its newest entry too, so a gateway that dies between a
/// settle and its journal loses nothing: whoever settles next first writes the entry that it takes the place of (<see cref="Keep"/>).
/// </summary>
public sealed class LocalJournal : IAsyncDisposable
{
    /// <summary>Bytes that may wait for the disk. At 400 bytes an entry that is some 20,000 settles.</summary>
    internal const int MaxWaiting = 8 * 1024 * 1024;

    /// <summary>Records whose newest entry here is remembered. Forgetting costs an entry written twice, which readers leave out.</summary>
    private const int MaxRemembered = 65_536;

    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FlushPoll = TimeSpan.FromMilliseconds(1);

    /// <summary>How long a settle waits for the entry before it. On a disk that hangs, history is what is given up, and others do not wait at all.</summary>
    private static readonly TimeSpan KeepLimit = TimeSpan.FromMilliseconds(200);

    private readonly string _folder;
    private readonly LedgerScope _scope;
    private readonly JournalFiles _files;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
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
    private bool _losing;
    private bool _closed;
    private TaskCompletionSource? _written;
    private volatile bool _hangs;

    /// <summary>Begins a journal in the folder of <paramref name="options"/>; its first file is made with the first entry.</summary>
    public LocalJournal(JournalOptions options, LedgerScope scope, StorageMetrics metrics, ILogger logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_folder, _scope, _metrics, _logger, _time) = (options.Path, scope, metrics, logger, time);
        _files = new JournalFiles(options, scope, logger, time);
        new Thread(Run) { IsBackground = true, Name = "journal writer" }.Start();
    }

    /// <summary>Entries that found no room or could not be written, since the start.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>
    /// Before a commit: the entries that it takes the place of in their records, unless they are here already. Only then may they go from the records: of
    /// two gateways that die one after the other, each between its settle and its journal, the first one's entry would otherwise be nowhere.
    /// </summary>
    /// <returns>For <see cref="WrittenAsync"/>; 0 when there is nothing to wait for.</returns>
    public long Keep(ReadOnlySpan<RecordWrite> writes)
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

    /// <summary>Ends when what <see cref="Keep"/> asked for is in a file, or lost, or after a short while.</summary>
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
                await written.WaitAsync(KeepLimit - _time.GetElapsedTime(start) is { Ticks: > 0 } left ? left : TimeSpan.Zero, _time);
            }
            catch (TimeoutException)
            {
                _hangs = true;
            }
        }
    }

    /// <summary>
    /// Takes down the entries of writes that were committed, and copies what it keeps. Never blocks on the disk and never fails: what finds no
    /// room is counted.
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

    /// <summary>What this gateway wrote of a record's history, all that was appended before the call: the rest is in the journals of the others.</summary>
    public async IAsyncEnumerable<StoredEntry> ReadAsync(RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        if (!Directory.Exists(_folder))
        {
            yield break; // made with the first entry
        }

        using var reader = new JournalReader([_folder], _scope);
        reader.Refresh();
        foreach (StoredEntry entry in reader.Read(key))
        {
            yield return entry;
        }
    }

    /// <summary>Ends when what was appended before the call is written or lost. For whoever reads the files of a running journal.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        long target;
        lock (_lock)
        {
            target = _taken + (_length > 0 ? 1 : 0);
        }

        using var poll = new PeriodicTimer(FlushPoll, _time);
        while (Volatile.Read(ref _done) < target && !_ended.Task.IsCompleted)
        {
            await poll.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Writes what waits and closes the file, within a bound.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.Pulse(_lock);
        }

        try
        {
            await _ended.Task.WaitAsync(CloseLimit, _time);
        }
        catch (TimeoutException)
        {
            _logger.JournalLosing("the disk gave no answer at the end");
        }
    }

    private void Append(in RecordWrite write)
    {
        if (!write.PreviousEntry.IsEmpty)
        {
            KeepPrevious(write); // here already, unless the journal lost something meanwhile
        }

        if (!_closed && TryFrame(write.Key, write.EntrySequence, write.Entry.Span))
        {
            Remember(write.Key, write.EntrySequence);
        }
        else
        {
            Lose(1, "entries come faster than the disk takes them");
        }
    }

    /// <summary>Has the entry before this one written; gives the batch that it is in, 0 when there is no room for it.</summary>
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

        // A copy: the caller's memory is only lent for the time of the call.
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

    private void Lose(int entries, string reason)
    {
        Interlocked.Add(ref _lost, entries);
        _metrics.JournalEntriesLost(entries);
        _newest.Clear(); // the next settle of each writes its predecessor again
        if (!_losing)
        {
            _losing = true;
            _logger.JournalLosing(reason);
        }
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
                    Lose(taken.Entries, failure);
                }
                else if (_losing)
                {
                    _losing = false;
                    _logger.JournalWritesAgain(Lost);
                }
            }

            written?.SetResult();
        }

        _files.Dispose();
        _ended.SetResult();
    }

    /// <summary>Waits for entries and takes all that wait; nothing at the end.</summary>
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

    /// <summary>A record's newest entry here, and the batch that it is written with: the so many-th that is taken.</summary>
    private readonly record struct Place(long Sequence, long Batch);

    private readonly record struct Taken(byte[] Bytes, int Length, int Entries)
    {
        public ReadOnlySpan<byte> Span => Bytes.AsSpan(0, Length);
    }
}
