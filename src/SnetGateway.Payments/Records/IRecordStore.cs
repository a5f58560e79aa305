namespace SnetGateway.Payments.Records;

/// <summary>
/// The store of the ledger: small values under keys, each with the revision of its last write. One contract for every kind of record
/// (channels, cursor, later plans, counters and claims), so that a new payment kind adds a record and no store code.
/// </summary>
/// <remarks>
/// It has neither locks nor leases: a commit is one comparison and one write, atomic and durable (synced to disk, or by a quorum), or
/// nothing. Every method ends within the store's own time limit.
/// </remarks>
public interface IRecordStore : IAsyncDisposable
{
    /// <summary>
    /// True when other processes may write the same records: before a refusal that a newer record could cure, the record is then read (rule
    /// 11).
    /// </summary>
    bool IsShared { get; }

    /// <summary>
    /// Writes all of <paramref name="writes"/> if each record still has its expected revision, otherwise none. A check before the write
    /// would let two replicas sell the same payment, so the comparison is part of the write.
    /// </summary>
    /// <remarks>The memory of the writes must not change before the task ends, and after <see cref="CommitOutcome.Unknown"/> never
    /// again.</remarks>
    ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken);

    /// <summary>Reads one record, after every commit that ended before this call. Throws <see cref="StoreUnavailableException"/>.</summary>
    ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken);

    /// <summary>
    /// All records of every kind, in the order that the store reads fastest. For startup. Throws <see cref="StoreUnavailableException"/>.
    /// </summary>
    IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken);

    /// <summary>
    /// All records of one kind, in the order of their keys. For commands. Throws <see cref="StoreUnavailableException"/>.
    /// </summary>
    IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken);

    /// <summary>
    /// The change feed: every record that any process writes, this one too, from the last <see cref="ReadAllAsync(CancellationToken)"/> of
    /// this store on (from now on without one). A record may come more than once and intermediate states may be missing, but its newest
    /// state always comes: after a gap everything is read again. Continues through failures of the store until cancelled. Ends immediately
    /// where <see cref="IsShared"/> is false.
    /// </summary>
    IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken);

    /// <summary>Journal entries of one record in their order. For commands only: nothing that serves calls reads history.</summary>
    IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Makes one durable write that changes nothing. Throws <see cref="StoreUnavailableException"/> when the store takes no writes.
    /// </summary>
    ValueTask ProbeAsync(CancellationToken cancellationToken);
}

/// <summary>The kind of a record. The number is part of the stored key and is never reused.</summary>
public enum RecordKind : byte
{
    PaidChannel = 1,
    ChainCursor = 2,
    PendingInvalidation = 3,

    /// <summary>What prepaid tokens of a channel were bought for, and how much of it is used.</summary>
    PrepaidPlan = 4,

    /// <summary>The free calls of an address.</summary>
    FreeCallCount = 5,

    /// <summary>A model that a user trains at a service.</summary>
    TrainedModel = 6,

    /// <summary>A certificate of the listener, or the key that orders them, encrypted.</summary>
    Certificate = 7,

    /// <summary>How much of a budget, or of a shared rate, replicas have taken in a period.</summary>
    LimitPart = 8,

    /// <summary>What one process has charged on one day.</summary>
    DailyUsage = 9,

    /// <summary>Which services the operator has paused.</summary>
    Pause = 10,

    /// <summary>Transactions of a payee that claim and are not final.</summary>
    OpenClaims = 11,

    /// <summary>The payment address of a group whose terms come from metadata.</summary>
    Payee = 12,
}

/// <summary>The key of a record: its kind and up to 64 bytes that identify it (for a channel: its id, 32 bytes big-endian).</summary>
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

/// <summary>One record to write, on the condition that its revision is unchanged.</summary>
/// <param name="Key">Which record.</param>
/// <param name="ExpectedRevision">The revision that was read; 0 means there must be none yet.</param>
/// <param name="Value">The new value, 1 to 65,536 bytes.</param>
/// <param name="EntrySequence">Number of the journal entry within this record's history, from 1; ignored without an entry.</param>
/// <param name="Entry">A journal entry that becomes durable with the write where the store keeps the journal itself; empty for
/// none.</param>
/// <param name="PreviousEntry"> The entry before it, from the record that was checked; empty for none. A gateway on a shared store journals
/// it locally too: its writer may have been killed before it did. </param>
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
/// <param name="Revision"> The revision of every written record; 0 unless committed. It rises with each commit of a record. Commits of
/// different records in one batch may have the same. </param>
public readonly record struct CommitResult(CommitOutcome Outcome, long Revision);

/// <summary>How a commit ended.</summary>
public enum CommitOutcome
{
    /// <summary>Everything is written, durably.</summary>
    Committed,

    /// <summary>
    /// A record had another revision. This attempt wrote nothing; an earlier attempt of the same call may have won, which the call's id
    /// shows.
    /// </summary>
    Conflict,

    /// <summary>The store refused, and certainly wrote nothing: full, read-only, closed.</summary>
    NotWritten,

    /// <summary>No response in time, or an invalid one: read the record to know.</summary>
    Unknown,
}

/// <summary>The store cannot be read or written now. The message is for the operator's log.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
