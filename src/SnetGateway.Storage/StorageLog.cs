using Microsoft.Extensions.Logging;

namespace SnetGateway.Storage;

internal static partial class StorageLog
{
    [LoggerMessage(EventId = 7001, EventName = "LedgerFileOpened", Level = LogLevel.Information,
        Message = "Ledger {Path} is open (SQLite {Version})")]
    public static partial void Opened(this ILogger logger, string path, string version);

    [LoggerMessage(EventId = 7002, EventName = "LedgerFileClosed", Level = LogLevel.Information,
        Message = "Ledger {Path} is closed")]
    public static partial void Closed(this ILogger logger, string path);

    [LoggerMessage(EventId = 7003, EventName = "LedgerTakesNoWrites", Level = LogLevel.Error,
        Message = "The ledger takes no writes: {Error}. Calls end with an error and without an answer until it does")]
    public static partial void TakesNoWrites(this ILogger logger, string error);

    [LoggerMessage(EventId = 7004, EventName = "LedgerOutcomeUnknown", Level = LogLevel.Error,
        Message = "{Count} ledger writes ended without an outcome: {Error}. The file is opened anew, and each is decided by reading")]
    public static partial void OutcomeUnknown(this ILogger logger, int count, string error);

    [LoggerMessage(EventId = 7005, EventName = "LedgerCannotReopen", Level = LogLevel.Error,
        Message = "The ledger cannot be opened anew: {Error}. Next try in {Pause}")]
    public static partial void CannotReopen(this ILogger logger, string error, TimeSpan pause);

    [LoggerMessage(EventId = 7006, EventName = "LedgerWritesAgain", Level = LogLevel.Information,
        Message = "The ledger takes writes again; {Refused} were refused meanwhile")]
    public static partial void WritesAgain(this ILogger logger, long refused);

    [LoggerMessage(EventId = 7007, EventName = "LedgerOverdue", Level = LogLevel.Error,
        Message = "{Unknown} ledger writes got no answer from the disk within {Limit}, and {NotWritten} never reached it")]
    public static partial void Overdue(this ILogger logger, int unknown, int notWritten, TimeSpan limit);

    [LoggerMessage(EventId = 7008, EventName = "LedgerCheckpointFailed", Level = LogLevel.Warning,
        Message = "The ledger's write-ahead log could not be moved into its file: {Error}")]
    public static partial void CheckpointFailed(this ILogger logger, string error);

    [LoggerMessage(EventId = 7009, EventName = "LedgerCannotClose", Level = LogLevel.Error,
        Message = "The ledger did not close within {Limit}: the disk gives no answer")]
    public static partial void CannotClose(this ILogger logger, TimeSpan limit);

    [LoggerMessage(EventId = 7020, EventName = "JournalLosing", Level = LogLevel.Error,
        Message = "The journal loses entries: {Error}. Payments are not touched: each record holds its newest entry. Said once until it writes again")]
    public static partial void JournalLosing(this ILogger logger, string error);

    [LoggerMessage(EventId = 7021, EventName = "JournalWritesAgain", Level = LogLevel.Information,
        Message = "The journal writes again; {Lost} entries are lost since the start")]
    public static partial void JournalWritesAgain(this ILogger logger, long lost);

    [LoggerMessage(EventId = 7022, EventName = "JournalFileKept", Level = LogLevel.Warning,
        Message = "The old journal file {Path} could not be removed: {Error}. It is tried again with the next file")]
    public static partial void JournalFileKept(this ILogger logger, string path, string error);

    [LoggerMessage(EventId = 7030, EventName = "EtcdOpened", Level = LogLevel.Information,
        Message = "The ledger in etcd is open at {Endpoint} (etcd {Version})")]
    public static partial void EtcdOpened(this ILogger logger, string endpoint, string version);

    [LoggerMessage(EventId = 7031, EventName = "EtcdTakesNoWrites", Level = LogLevel.Error,
        Message = "etcd takes no writes: {Error}. Calls end with an error and without an answer until it does")]
    public static partial void EtcdTakesNoWrites(this ILogger logger, string error);

    [LoggerMessage(EventId = 7032, EventName = "EtcdWritesAgain", Level = LogLevel.Information,
        Message = "etcd takes writes again")]
    public static partial void EtcdWritesAgain(this ILogger logger);

    [LoggerMessage(EventId = 7033, EventName = "EtcdOutcomeUnknown", Level = LogLevel.Error,
        Message = "{Count} ledger writes ended without etcd's answer, and each is decided by reading: {Error}")]
    public static partial void EtcdOutcomeUnknown(this ILogger logger, int count, string error);

    [LoggerMessage(EventId = 7034, EventName = "LedgerFeedBroken", Level = LogLevel.Warning,
        Message = "What other gateways write is not followed just now: {Error}. Next try in {Pause}")]
    public static partial void FeedBroken(this ILogger logger, string error, TimeSpan pause);

    [LoggerMessage(EventId = 7035, EventName = "EtcdAlarm", Level = LogLevel.Warning,
        Message = "etcd has an alarm: {Alarm}. See docs/stores.md")]
    public static partial void EtcdAlarm(this ILogger logger, string alarm);

    [LoggerMessage(EventId = 7036, EventName = "EtcdNotCompacted", Level = LogLevel.Warning,
        Message = "etcd was never compacted and does not show that it compacts itself; its database has {Bytes} bytes and grows with every call until it is full. Start it with --auto-compaction-mode=periodic --auto-compaction-retention=1h, and see docs/stores.md")]
    public static partial void EtcdNotCompacted(this ILogger logger, long bytes);

    [LoggerMessage(EventId = 7037, EventName = "EtcdNotInspected", Level = LogLevel.Warning,
        Message = "etcd was not looked over at this start: {Error}. Whether it compacts itself is not known; see docs/stores.md")]
    public static partial void EtcdNotInspected(this ILogger logger, string error);

    [LoggerMessage(EventId = 7040, EventName = "RedisWritesAgain", Level = LogLevel.Information,
        Message = "The ledger takes writes again")]
    public static partial void RedisWritesAgain(this ILogger logger);

    [LoggerMessage(EventId = 7041, EventName = "RedisUnsafe", Level = LogLevel.Warning,
        Message = "Redis at {Endpoint} may lose payments that it said are written, and AllowUnsafe lets it serve: {Faults}")]
    public static partial void RedisUnsafe(this ILogger logger, string endpoint, string faults);

    [LoggerMessage(EventId = 7042, EventName = "RedisRestarted", Level = LogLevel.Warning,
        Message = "Redis at {Endpoint} was restarted: its settings were checked again, and it has all up to revision {Revision}")]
    public static partial void RedisRestarted(this ILogger logger, string endpoint, long revision);

    [LoggerMessage(EventId = 7043, EventName = "RedisOtherLedger", Level = LogLevel.Critical,
        Message = "Another or an older ledger stands at {Endpoint} ({Detail}). Nothing is written until this gateway is restarted")]
    public static partial void RedisOtherLedger(this ILogger logger, string endpoint, string detail);

    [LoggerMessage(EventId = 7044, EventName = "RedisFeedGoesOn", Level = LogLevel.Information,
        Message = "What other gateways write is followed again")]
    public static partial void RedisFeedGoesOn(this ILogger logger);

    [LoggerMessage(EventId = 7045, EventName = "RedisRecordPassedOver", Level = LogLevel.Error,
        Message = "A record that was written is passed over, and the others are followed: {Error}")]
    public static partial void RedisRecordPassedOver(this ILogger logger, string error);
}
