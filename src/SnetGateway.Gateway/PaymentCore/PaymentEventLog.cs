using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>Log lines about money that an operator should read. 3000 to 3099.</summary>
internal static partial class PaymentEventLog
{
    [LoggerMessage(EventId = 3001, EventName = "LedgerMismatch", Level = LogLevel.Warning, Message = "Another or an older ledger serves this group: channel {Channel} shows a signature over {Seen} cogs, this ledger knows {Known}. ({Suppressed} more since the last such line.)")]
    public static partial void LedgerMismatch(ILogger logger, ChannelId channel, UInt256 known, UInt256 seen, long suppressed);

    [LoggerMessage(EventId = 3002, EventName = "OutcomeUnknown", Level = LogLevel.Error, Message = "A payment of channel {Channel} may or may not be recorded: the store gave no answer. Nothing was delivered; the channel's next call decides it.")]
    public static partial void OutcomeUnknown(ILogger logger, ChannelId channel);

    [LoggerMessage(EventId = 3003, EventName = "PaymentNotWritten", Level = LogLevel.Error, Message = "The ledger takes no payments; calls are refused and nothing is delivered. First seen on channel {Channel}. ({Suppressed} more since the last such line.)")]
    public static partial void NotWritten(ILogger logger, ChannelId channel, long suppressed);

    [LoggerMessage(EventId = 3004, EventName = "RecordSetAside", Level = LogLevel.Error, Message = "The ledger's record of channel {Channel} was of another channel that once had this id; {Amount} cogs signed on it cannot be claimed.")]
    public static partial void RecordSetAside(ILogger logger, ChannelId channel, UInt256 amount);

    [LoggerMessage(EventId = 3010, EventName = "LedgerOpened", Level = LogLevel.Information, Message = "Ledger opened: {Channels} channels in {Milliseconds:0} ms.")]
    public static partial void LedgerOpened(ILogger logger, int channels, double milliseconds);

    [LoggerMessage(EventId = 3011, EventName = "LedgerUnwritable", Level = LogLevel.Error, Message = "The ledger cannot be written: {Reason} Not ready until it can.")]
    public static partial void LedgerUnwritable(ILogger logger, string reason);

    [LoggerMessage(EventId = 3012, EventName = "LedgerWritable", Level = LogLevel.Information, Message = "The ledger can be written again.")]
    public static partial void LedgerWritable(ILogger logger);

    [LoggerMessage(EventId = 3013, EventName = "FeedEnded", Level = LogLevel.Error, Message = "What other replicas write is no longer followed; each call that they outran is refused once. Restart the gateway, and report this.")]
    public static partial void FeedEnded(ILogger logger, Exception exception);
}
