using Microsoft.Win32.SafeHandles;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Journal;

/// <summary>
/// Reads the journals of several gateways as one: the entries of each record in order, without duplicates. Holds an index of about 24 bytes
/// an entry in memory. For commands only: the gateway never reads history.
/// </summary>
public sealed class JournalReader : IDisposable
{
    private const int MaxOpenFiles = 64;
    private const int ScanLength = 1024 * 1024;

    private readonly string[] _folders;
    private readonly byte[] _header;
    private readonly Dictionary<string, JournalFile> _known = [];
    private readonly List<JournalFile> _files = [];
    private readonly Dictionary<RecordKey, List<Place>> _index = [];
    private readonly Dictionary<RecordKey, List<Place>>.AlternateLookup<KeySpan> _lookup;
    private readonly Queue<JournalFile> _open = new();
    private readonly byte[] _buffer = new byte[ScanLength];

    /// <summary>
    /// Sets the folders to read. Throws <see cref="StoreUnavailableException"/> when one does not exist: without it, its entries would seem
    /// lost.
    /// </summary>
    public JournalReader(IEnumerable<string> folders, LedgerScope scope)
    {
        _folders = [.. folders.Select(Path.GetFullPath).Distinct()];
        _header = JournalFormat.Header(scope);
        _index = new Dictionary<RecordKey, List<Place>>(new KeyComparer());
        _lookup = _index.GetAlternateLookup<KeySpan>();
        foreach (string folder in _folders)
        {
            if (!Directory.Exists(folder))
            {
                throw new StoreUnavailableException($"Journal folder {folder} does not exist.");
            }
        }
    }

    /// <summary>Files whose end holds no complete entry (torn by a power loss, or being written), with the number of bytes there.</summary>
    public IEnumerable<(string Path, long Bytes)> TornEnds =>
        _files.Where(file => file.Size > file.Read).Select(file => (file.Path, file.Size - file.Read));

    /// <summary>
    /// Reads what was written since the last call. Throws <see cref="LedgerFormatException"/> for a file that does not belong to this
    /// ledger, and <see cref="StoreUnavailableException"/> when a file cannot be read.
    /// </summary>
    public void Refresh()
    {
        try
        {
            foreach (string path in _folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*" + JournalFormat.Extension))
                .Order(StringComparer.Ordinal))
            {
                if (!_known.TryGetValue(path, out JournalFile? file))
                {
                    file = new JournalFile(path, _files.Count);
                    _known.Add(path, file);
                    _files.Add(file);
                }

                Scan(file);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"A journal cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// The entries of one record, in order. Equal copies in several journals are returned once; different entries with the same number are
    /// all returned, for the caller to compare.
    /// </summary>
    public IEnumerable<StoredEntry> Read(RecordKey key)
    {
        if (!_index.TryGetValue(key, out List<Place>? places))
        {
            yield break;
        }

        long sequence = 0;
        var seen = new List<byte[]>();
        foreach (Place place in places.OrderBy(place => place.Sequence).ToArray())
        {
            byte[] entry = Load(place);
            if (place.Sequence != sequence)
            {
                sequence = place.Sequence;
                seen.Clear();
            }

            if (!seen.Exists(other => other.AsSpan().SequenceEqual(entry)))
            {
                seen.Add(entry);
                yield return new StoredEntry(sequence, entry);
            }
        }
    }

    public void Dispose()
    {
        foreach (JournalFile file in _files)
        {
            file.Close();
        }
    }

    private void Scan(JournalFile file)
    {
        SafeFileHandle handle = Open(file);
        file.Size = RandomAccess.GetLength(handle);
        if (file.Read == 0 && !TryReadHeader(file, handle))
        {
            return;
        }

        while (file.Read < file.Size)
        {
            int length = RandomAccess.Read(handle, _buffer, file.Read);
            int at = 0;
            while (JournalFormat.TryReadFrame(_buffer.AsSpan(at, length - at), out JournalFormat.Frame frame))
            {
                Add(_buffer.AsSpan(at), frame, new Place(file.Number, file.Read + at + frame.EntryAt, frame.EntryLength, frame.Sequence));
                at += frame.Length;
            }

            if (at == 0)
            {
                return; // the end of the file, or an incomplete frame
            }

            file.Read += at;
        }
    }

    private bool TryReadHeader(JournalFile file, SafeFileHandle handle)
    {
        Span<byte> header = stackalloc byte[JournalFormat.HeaderLength];
        int length = RandomAccess.Read(handle, header, 0);
        if (!header[..length].SequenceEqual(_header.AsSpan(0, length)))
        {
            throw new LedgerFormatException($"{file.Path} is not a journal of this ledger: its chain, contract or format differs.");
        }

        if (length < header.Length)
        {
            return false; // the process ended before it wrote the header
        }

        file.Read = length;
        return true;
    }

    private void Add(ReadOnlySpan<byte> bytes, JournalFormat.Frame frame, Place place)
    {
        var key = new KeySpan(frame.Kind, bytes[frame.Id]);
        if (!_lookup.TryGetValue(key, out List<Place>? places))
        {
            _lookup[key] = places = [];
        }

        places.Add(place);
    }

    private byte[] Load(Place place)
    {
        byte[] entry = new byte[place.Length];
        JournalFile file = _files[place.File];
        try
        {
            if (RandomAccess.Read(Open(file), entry, place.Offset) == entry.Length)
            {
                return entry;
            }
        }
        catch (IOException exception)
        {
            throw new StoreUnavailableException($"{file.Path} cannot be read: {exception.Message}", exception);
        }

        throw new StoreUnavailableException($"{file.Path} became shorter while it was read.");
    }

    private SafeFileHandle Open(JournalFile file)
    {
        if (file.Handle is { } open)
        {
            return open;
        }

        if (_open.Count >= MaxOpenFiles)
        {
            _open.Dequeue().Close();
        }

        _open.Enqueue(file);
        return file.Handle = File.OpenHandle(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    private readonly record struct Place(int File, long Offset, int Length, long Sequence);

    private sealed class JournalFile(string path, int number)
    {
        public string Path { get; } = path;

        public int Number { get; } = number;

        public SafeFileHandle? Handle { get; set; }

        /// <summary>Bytes that were indexed. The file's length is <see cref="Size"/>.</summary>
        public long Read { get; set; }

        public long Size { get; set; }

        public void Close()
        {
            Handle?.Dispose();
            Handle = null;
        }
    }

    /// <summary>A key inside the read buffer, so that the index copies each key once and not once per entry.</summary>
    private readonly ref struct KeySpan(RecordKind kind, ReadOnlySpan<byte> id)
    {
        public RecordKind Kind { get; } = kind;

        public ReadOnlySpan<byte> Id { get; } = id;
    }

    private sealed class KeyComparer : IEqualityComparer<RecordKey>, IAlternateEqualityComparer<KeySpan, RecordKey>
    {
        public bool Equals(RecordKey x, RecordKey y) => x == y;

        public int GetHashCode(RecordKey key) => Hash(key.Kind, key.Id.Span);

        public bool Equals(KeySpan alternate, RecordKey other) => alternate.Kind == other.Kind && alternate.Id.SequenceEqual(other.Id.Span);

        public int GetHashCode(KeySpan alternate) => Hash(alternate.Kind, alternate.Id);

        public RecordKey Create(KeySpan alternate) => new(alternate.Kind, alternate.Id.ToArray());

        private static int Hash(RecordKind kind, ReadOnlySpan<byte> id)
        {
            var hash = new HashCode();
            hash.Add(kind);
            hash.AddBytes(id);
            return hash.ToHashCode();
        }
    }
}
