namespace SnetGateway.Payments.Records;

/// <summary>
/// Where the ledger keeps its records: small values under keys, each with the revision of its last write. One contract for every kind of
/// record (channels, cursor, later plans, counters and claims), so that a new way to pay adds a record and no store code.
/// </summary>
/// <remarks>
/// There is no lock, lease or owner in it: a commit is one comparison and one write, atomically and durably (fsynced, or a quorum's), or
/// nothing. Every method ends by itself within the store's own time limit.
/// </remarks>
public interface IRecordStore : IAsyncDisposable
{
    /// <summary>
    /// True when other processes may write the same records: a refusal that a fresher record could cure is then preceded by a read
    /// (design, rule 11).
    /// </summary>
    bool IsShared { get; }

    /// <summary>
    /// Writes all of <paramref name="writes"/> if each record still has its expected revision, else none of them. Asking first and writing
    /// later would let two replicas sell the same payment: the comparison is inside the write.
    /// </summary>
    /// <remarks>The memory of the writes must not change before the task ends, and after <see cref="CommitOutcome.Unknown"/> never again.</remarks>
    ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken);

    /// <summary>Reads one record, after every commit that ended before this call. Throws <see cref="StoreUnavailableException"/>.</summary>
    ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken);

    /// <summary>
    /// All records of every kind, in whatever order the store reads them fastest. For the start. Throws <see cref="StoreUnavailableException"/>.
    /// </summary>
    IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken);

    /// <summary>All records of one kind, in the order of their keys. For commands. Throws <see cref="StoreUnavailableException"/>.</summary>
    IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken);

    /// <summary>
    /// The change feed: every record that anybody writes, this process too, from the last <see cref="ReadAllAsync(CancellationToken)"/> of this
    /// store on (from now on, where there was none). A record may come more than once, states in between may be left out, and its newest state
    /// always comes: after a gap everything is read again. Goes on until it is cancelled, through every failure of the store. Where
    /// <see cref="IsShared"/> is false nobody else writes, and it ends at once.
    /// </summary>
    IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken);

    /// <summary>Journal entries of one record in their order. For commands only: nothing that serves calls reads history.</summary>
    IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken);

    /// <summary>Makes one durable write that changes nothing. Throws <see cref="StoreUnavailableException"/> when the store takes no writes.</summary>
    ValueTask ProbeAsync(CancellationToken cancellationToken);
}

/// <summary>What a record is about; the number is part of the key on disk and is never reused.</summary>
public enum RecordKind : byte
{
    PaidChannel = 1,
    ChainCursor = 2,
    PendingInvalidation = 3,
}

/// <summary>The name of a record: its kind, and up to 64 bytes that tell it from its siblings (for a channel: its id, 32 bytes big-endian).</summary>
public readonly struct RecordKey(RecordKind kind, ReadOnlyMemory<byte> id) : IEquatable<RecordKey>
{
    public RecordKind Kind { get; } = kind;

    public ReadOnlyMemory<byte> Id { get; } = id;

    public static bool operator ==(RecordKey left, RecordKey right) => left.Equals(right);

    public static bool operator !=(RecordKey left, RecordKey right) => !left.Equals(right);

    public bool Equals(RecordKey other) => Kind == other.Kind && Id.Span.SequenceEqual(other.Id.Span);

    public override bool Equals(object? obj) => obj is RecordKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Kind);
        hash.AddBytes(Id.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => $"{Kind}/{Convert.ToHexStringLower(Id.Span)}";
}

/// <summary>One record to write, under the condition that nobody wrote it since.</summary>
/// <param name="Key">Which record.</param>
/// <param name="ExpectedRevision">The revision that was read; 0 means there must be none yet.</param>
/// <param name="Value">The new value, 1 to 65,536 bytes.</param>
/// <param name="EntrySequence">Number of the journal entry within this record's history, from 1; ignored without an entry.</param>
/// <param name="Entry">A journal entry that becomes durable with the write where the store keeps the journal itself; empty for none.</param>
/// <param name="PreviousEntry">
/// The entry before it, as the record that was judged holds it; empty for none. A shared store journals it too, locally: its writer may have died
/// before it did.
/// </param>
public readonly record struct RecordWrite(
    RecordKey Key,
    long ExpectedRevision,
    ReadOnlyMemory<byte> Value,
    long EntrySequence = 0,
    ReadOnlyMemory<byte> Entry = default,
    ReadOnlyMemory<byte> PreviousEntry = default);

/// <summary>A record as it was read.</summary>
public sealed record StoredRecord(RecordKey Key, long Revision, ReadOnlyMemory<byte> Value);

/// <summary>A journal entry as it was read.</summary>
public readonly record struct StoredEntry(long Sequence, ReadOnlyMemory<byte> Entry);

/// <summary>What a commit did. Only the store can tell these apart, in the write itself.</summary>
/// <param name="Outcome">See <see cref="CommitOutcome"/>.</param>
/// <param name="Revision">
/// The revision that every written record now has; 0 unless committed. It grows with each commit of a record. Commits of different records that
/// travelled together may have the same.
/// </param>
public readonly record struct CommitResult(CommitOutcome Outcome, long Revision);

/// <summary>How a commit ended.</summary>
public enum CommitOutcome
{
    /// <summary>Everything is written, durably.</summary>
    Committed,

    /// <summary>A record had another revision. Nothing was written by this attempt (an earlier one of ours may have won: look for the call's id).</summary>
    Conflict,

    /// <summary>The store refused, and certainly wrote nothing: full, read-only, closed.</summary>
    NotWritten,

    /// <summary>No answer in time, or a broken one: read the record to know.</summary>
    Unknown,
}

/// <summary>The store cannot be read or written now. The message is for the operator's log, not for a client.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
