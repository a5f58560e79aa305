using Microsoft.Extensions.Logging;

namespace SnetGateway.Storage;

internal static partial class StorageLog
{
    [LoggerMessage(EventId = 7001, EventName = "LedgerFileOpened", Level = LogLevel.Information,
        Message = "Opened the ledger {Path} (SQLite {Version}).")]
    public static partial void Opened(this ILogger logger, string path, string version);

    [LoggerMessage(EventId = 7002, EventName = "LedgerFileClosed", Level = LogLevel.Information,
        Message = "Closed the ledger {Path}.")]
    public static partial void Closed(this ILogger logger, string path);

    [LoggerMessage(EventId = 7003, EventName = "StoreNotWritable", Level = LogLevel.Error,
        Message = "The ledger is not writable: {Error}. Paid calls are rejected until it recovers. Check the disk, or the Redis server.")]
    public static partial void NotWritable(this ILogger logger, string error);

    [LoggerMessage(EventId = 7004, EventName = "LedgerOutcomeUnknown", Level = LogLevel.Error,
        Message = "The outcome of {Count} ledger writes is unknown: {Error}. The file is reopened, and each outcome is then decided by "
            + "reading the record. Check the disk.")]
    public static partial void OutcomeUnknown(this ILogger logger, int count, string error);

    [LoggerMessage(EventId = 7005, EventName = "LedgerReopenFailed", Level = LogLevel.Error,
        Message = "Could not reopen the ledger: {Error}. Paid calls are rejected; the next attempt is in {Pause}. Check the disk and "
            + "the ledger's folder.")]
    public static partial void ReopenFailed(this ILogger logger, string error, TimeSpan pause);

    [LoggerMessage(EventId = 7006, EventName = "StoreWritable", Level = LogLevel.Information,
        Message = "The ledger is writable again. {Refused} writes were rejected during the outage.")]
    public static partial void Writable(this ILogger logger, long refused);

    [LoggerMessage(EventId = 7007, EventName = "LedgerWritesTimedOut", Level = LogLevel.Error,
        Message = "Ledger writes timed out after {Limit}: the outcome of {Unknown} is unknown, and {NotWritten} were not started. "
            + "Check whether the disk is slow or hangs.")]
    public static partial void WritesTimedOut(this ILogger logger, int unknown, int notWritten, TimeSpan limit);

    [LoggerMessage(EventId = 7008, EventName = "LedgerCheckpointFailed", Level = LogLevel.Warning,
        Message = "Could not move the ledger's write-ahead log into its file: {Error}. It is tried again later, and the log grows "
            + "until then. Check the free space on the disk.")]
    public static partial void CheckpointFailed(this ILogger logger, string error);

    [LoggerMessage(EventId = 7009, EventName = "LedgerCloseTimedOut", Level = LogLevel.Error,
        Message = "The ledger did not close within {Limit} because the disk does not respond. Its lock is released when this process "
            + "ends.")]
    public static partial void CloseTimedOut(this ILogger logger, TimeSpan limit);

    [LoggerMessage(EventId = 7020, EventName = "JournalEntriesLost", Level = LogLevel.Error,
        Message = "Could not write journal entries: {Error}. Payments are not affected, as each record holds its newest entry. Check "
            + "the journal's disk. This is logged once until writing succeeds.")]
    public static partial void JournalEntriesLost(this ILogger logger, string error);

    [LoggerMessage(EventId = 7021, EventName = "JournalRecovered", Level = LogLevel.Information,
        Message = "The journal is written again. {Lost} entries were lost since startup.")]
    public static partial void JournalRecovered(this ILogger logger, long lost);

    [LoggerMessage(EventId = 7022, EventName = "JournalFileNotDeleted", Level = LogLevel.Warning,
        Message = "Could not delete the expired journal file {Path}: {Error}. It is tried again with the next file. Check the "
            + "permissions of the folder.")]
    public static partial void JournalFileNotDeleted(this ILogger logger, string path, string error);

    [LoggerMessage(EventId = 7030, EventName = "EtcdOpened", Level = LogLevel.Information,
        Message = "Opened the ledger in etcd at {Endpoint} (etcd {Version}).")]
    public static partial void EtcdOpened(this ILogger logger, string endpoint, string version);

    [LoggerMessage(EventId = 7031, EventName = "EtcdNotWritable", Level = LogLevel.Error,
        Message = "The ledger in etcd is not writable: {Error}. Paid calls are rejected until it recovers. Check the etcd cluster.")]
    public static partial void EtcdNotWritable(this ILogger logger, string error);

    [LoggerMessage(EventId = 7032, EventName = "EtcdWritable", Level = LogLevel.Information,
        Message = "The ledger in etcd is writable again.")]
    public static partial void EtcdWritable(this ILogger logger);

    [LoggerMessage(EventId = 7033, EventName = "EtcdOutcomeUnknown", Level = LogLevel.Error,
        Message = "The outcome of {Count} ledger writes is unknown, because etcd did not respond: {Error}. Each outcome is decided by "
            + "reading the record. Check the etcd cluster.")]
    public static partial void EtcdOutcomeUnknown(this ILogger logger, int count, string error);

    [LoggerMessage(EventId = 7034, EventName = "LedgerFeedFailed", Level = LogLevel.Warning,
        Message = "Could not follow the writes of other gateways: {Error}. It is retried, and no change is missed. Check the store if this "
            + "continues.")]
    public static partial void FeedFailed(this ILogger logger, string error);

    [LoggerMessage(EventId = 7035, EventName = "EtcdAlarm", Level = LogLevel.Warning,
        Message = "etcd has raised an alarm: {Alarm}. See docs/stores.md.")]
    public static partial void EtcdAlarm(this ILogger logger, string alarm);

    [LoggerMessage(EventId = 7036, EventName = "EtcdNotCompacted", Level = LogLevel.Warning,
        Message = "etcd was never compacted, and automatic compaction does not seem to be on. Its database has {Bytes} bytes and grows "
            + "with every call until it is full. Start etcd with --auto-compaction-mode=periodic --auto-compaction-retention=1h, "
            + "and see docs/stores.md.")]
    public static partial void EtcdNotCompacted(this ILogger logger, long bytes);

    [LoggerMessage(EventId = 7037, EventName = "EtcdInspectionFailed", Level = LogLevel.Warning,
        Message = "Could not inspect etcd at startup: {Error}. Make sure that automatic compaction is on; see docs/stores.md.")]
    public static partial void EtcdInspectionFailed(this ILogger logger, string error);

    [LoggerMessage(EventId = 7040, EventName = "RedisWritable", Level = LogLevel.Information,
        Message = "The ledger in Redis is writable again.")]
    public static partial void RedisWritable(this ILogger logger);

    [LoggerMessage(EventId = 7041, EventName = "RedisUnsafe", Level = LogLevel.Warning,
        Message = "Redis at {Endpoint} may lose payments that it has acknowledged, and AllowUnsafe permits it: {Faults}. Correct the "
            + "settings before real payments depend on it.")]
    public static partial void RedisUnsafe(this ILogger logger, string endpoint, string faults);

    [LoggerMessage(EventId = 7042, EventName = "RedisRestarted", Level = LogLevel.Warning,
        Message = "Redis at {Endpoint} was restarted. Its settings were checked again, and it holds every write up to revision "
            + "{Revision}.")]
    public static partial void RedisRestarted(this ILogger logger, string endpoint, long revision);

    [LoggerMessage(EventId = 7043, EventName = "RedisLedgerReplaced", Level = LogLevel.Critical,
        Message = "Redis at {Endpoint} holds another or an older ledger: {Detail}. Paid calls are rejected until this gateway is "
            + "restarted. Claim the signed payments first; see docs/stores.md.")]
    public static partial void RedisLedgerReplaced(this ILogger logger, string endpoint, string detail);

    [LoggerMessage(EventId = 7046, EventName = "EtcdLedgerReplaced", Level = LogLevel.Critical,
        Message = "etcd at {Endpoint} holds another or an older ledger: {Detail}. Paid calls are rejected until this gateway is "
            + "restarted. Claim the signed payments first; see docs/stores.md.")]
    public static partial void EtcdLedgerReplaced(this ILogger logger, string endpoint, string detail);

    [LoggerMessage(EventId = 7044, EventName = "LedgerFeedRecovered", Level = LogLevel.Information,
        Message = "The writes of other gateways are followed again.")]
    public static partial void FeedRecovered(this ILogger logger);

    [LoggerMessage(EventId = 7045, EventName = "RedisRecordSkipped", Level = LogLevel.Error,
        Message = "Skipped a changed record that cannot be read: {Error}. Other records are still followed. Run `ledger verify`.")]
    public static partial void RedisRecordSkipped(this ILogger logger, string error);
}
