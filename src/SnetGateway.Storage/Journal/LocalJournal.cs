using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Journal;

/// <summary>
/// The history of what this gateway settled, in files of its own: for stores that replicas share and that hold records only (design, rule 15).
/// Written after the settle and unsynced, by one thread; a call neither waits for it nor fails by it. The entry before is written too unless it
/// is here already, so what one gateway lost in a crash stands in the journal of whoever settled next, or in the record.
/// </summary>
public sealed class LocalJournal : IAsyncDisposable
{
    /// <summary>Bytes that may wait for the disk. At 400 bytes an entry that is some 20,000 settles.</summary>
    internal const int MaxWaiting = 8 * 1024 * 1024;

    /// <summary>Records whose newest entry here is remembered. Forgetting costs an entry written twice, which readers leave out.</summary>
    private const int MaxRemembered = 65_536;

    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FlushPoll = TimeSpan.FromMilliseconds(1);

    private readonly JournalFiles _files;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly object _lock = new();
    private readonly Dictionary<RecordKey, long> _newest = [];
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

    /// <summary>Begins a journal in the folder of <paramref name="options"/>; its first file is made with the first entry.</summary>
    public LocalJournal(JournalOptions options, LedgerScope scope, StorageMetrics metrics, ILogger logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_metrics, _logger, _time) = (metrics, logger, time);
        _files = new JournalFiles(options, scope, time);
        new Thread(Run) { IsBackground = true, Name = "journal writer" }.Start();
    }

    /// <summary>Entries that found no room or could not be written, since the start.</summary>
    public long Lost => Interlocked.Read(ref _lost);

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
        bool hasPrevious = _newest.TryGetValue(write.Key, out long newest) && newest >= write.EntrySequence - 1;
        if (!hasPrevious && !write.PreviousEntry.IsEmpty)
        {
            TryFrame(write.Key, write.EntrySequence - 1, write.PreviousEntry.Span);
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

    private void Remember(RecordKey key, long sequence)
    {
        if (_newest.ContainsKey(key))
        {
            _newest[key] = sequence;
            return;
        }

        if (_newest.Count >= MaxRemembered)
        {
            _newest.Clear();
        }

        // A copy: the caller's memory is only lent for the time of the call.
        _newest.Add(new RecordKey(key.Kind, key.Id.ToArray()), sequence);
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
            lock (_lock)
            {
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

            Interlocked.Increment(ref _done);
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

    private readonly record struct Taken(byte[] Bytes, int Length, int Entries)
    {
        public ReadOnlySpan<byte> Span => Bytes.AsSpan(0, Length);
    }
}
