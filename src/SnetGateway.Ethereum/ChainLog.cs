using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum;

/// <summary>Log messages of the chain follower. Event ids 4001 to 4099.</summary>
internal static partial class ChainLog
{
    [LoggerMessage(EventId = 4001, EventName = "EndpointInUse", Level = LogLevel.Information,
        Message = "Chain endpoint {Endpoint} is in use: it serves chain {ChainId} and has the escrow contract.")]
    public static partial void EndpointInUse(ILogger logger, string endpoint, long chainId);

    [LoggerMessage(EventId = 4002, EventName = "EndpointSetAside", Level = LogLevel.Warning,
        Message = "Chain endpoint {Endpoint} is not used for {Seconds:F1} s, and longer if it fails again: {Reason}. Until then the next "
            + "endpoint is used. Check the endpoint if it does not come back.")]
    public static partial void EndpointSetAside(ILogger logger, string endpoint, double seconds, string reason);

    [LoggerMessage(EventId = 4003, EventName = "EndpointMisconfigured", Level = LogLevel.Error,
        Message = "Chain endpoint {Endpoint} cannot be used: {Reason}. Correct SnetGateway:Chain.")]
    public static partial void EndpointMisconfigured(ILogger logger, string endpoint, string reason);

    [LoggerMessage(EventId = 4010, EventName = "Following", Level = LogLevel.Information,
        Message = "Following the chain from block {Block}.")]
    public static partial void Following(ILogger logger, ulong block);

    [LoggerMessage(EventId = 4011, EventName = "FollowFailed", Level = LogLevel.Warning,
        Message = "Could not follow the chain: {Reason}. Retrying in {Seconds:F1} s. Known channels are served until the staleness "
            + "bound. Check the endpoints in SnetGateway:Chain.")]
    public static partial void FollowFailed(ILogger logger, string reason, double seconds);

    [LoggerMessage(EventId = 4012, EventName = "FollowFailedUnexpectedly", Level = LogLevel.Error,
        Message = "Following the chain failed unexpectedly. Retrying in {Seconds:F1} s. Please report this.")]
    public static partial void FollowFailedUnexpectedly(ILogger logger, Exception exception, double seconds);

    [LoggerMessage(EventId = 4013, EventName = "GapTooLarge", Level = LogLevel.Warning,
        Message = "The gap from block {From} to {To} is too large to read its logs. Every known channel is read again at its next call.")]
    public static partial void GapTooLarge(ILogger logger, ulong from, ulong to);

    [LoggerMessage(EventId = 4014, EventName = "CursorNotSaved", Level = LogLevel.Warning,
        Message = "Could not save the chain cursor in the ledger. It is tried again with the next block.")]
    public static partial void CursorNotSaved(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 4015, EventName = "RegistryEventsRefused", Level = LogLevel.Warning,
        Message = "Chain endpoint {Endpoint} does not return the events of the Registry together with those of the escrow: {Reason}. The "
            + "escrow is followed without them, and changed metadata is found by asking the Registry each minute. This is logged once "
            + "until the events can be read.")]
    public static partial void RegistryEventsRefused(ILogger logger, string endpoint, string reason);

    [LoggerMessage(EventId = 4020, EventName = "Reorganised", Level = LogLevel.Warning,
        Message = "The chain was reorganised after block {Ancestor}. {Channels} channels are read again.")]
    public static partial void Reorganised(ILogger logger, ulong ancestor, int channels);

    [LoggerMessage(EventId = 4021, EventName = "DeepReorganisation", Level = LogLevel.Error,
        Message = "The chain was reorganised below block {Oldest}, the oldest known block. Every channel is read again. Check that the "
            + "endpoints serve the right chain.")]
    public static partial void DeepReorganisation(ILogger logger, ulong oldest);

    [LoggerMessage(EventId = 4022, EventName = "ReorganisationLoss", Level = LogLevel.Error,
        Message = "A reorganisation removed funds of channel {Channel} after they were spent: {Loss} cogs cannot be claimed unless the "
            + "channel's transactions are included again.")]
    public static partial void ReorganisationLoss(ILogger logger, ChannelId channel, UInt256 loss);

    [LoggerMessage(EventId = 4023, EventName = "CursorDiscarded", Level = LogLevel.Warning,
        Message = "The ledger's chain cursor is block {Cursor}, but the endpoint's head {Head} belongs to another chain, such as a "
            + "restarted development chain. Following continues from that head.")]
    public static partial void CursorDiscarded(ILogger logger, ulong cursor, ulong head);

    [LoggerMessage(EventId = 4030, EventName = "ClaimHandlerFailed", Level = LogLevel.Error,
        Message = "The claim handler failed for channel {Channel}. Please report this.")]
    public static partial void ClaimHandlerFailed(ILogger logger, Exception exception, ChannelId channel);
}
