using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum;

/// <summary>What is said of the chain. Ids 4001 to 4099.</summary>
internal static partial class ChainLog
{
    [LoggerMessage(EventId = 4001, EventName = "EndpointInUse", Level = LogLevel.Information, Message = "Chain endpoint {Endpoint} is in use: chain {ChainId}, contract found.")]
    public static partial void EndpointInUse(ILogger logger, string endpoint, long chainId);

    [LoggerMessage(EventId = 4002, EventName = "EndpointSetAside", Level = LogLevel.Warning, Message = "Chain endpoint {Endpoint} is set aside for {Seconds:F1} s: {Reason}.")]
    public static partial void EndpointSetAside(ILogger logger, string endpoint, double seconds, string reason);

    [LoggerMessage(EventId = 4003, EventName = "EndpointRefused", Level = LogLevel.Error, Message = "Chain endpoint {Endpoint} is not used: {Reason}. Check SnetGateway:Chain.")]
    public static partial void EndpointRefused(ILogger logger, string endpoint, string reason);

    [LoggerMessage(EventId = 4010, EventName = "Following", Level = LogLevel.Information, Message = "Following the chain from block {Block}.")]
    public static partial void Following(ILogger logger, ulong block);

    [LoggerMessage(EventId = 4011, EventName = "FollowFailed", Level = LogLevel.Warning, Message = "The chain could not be followed ({Reason}); next try in {Seconds:F1} s.")]
    public static partial void FollowFailed(ILogger logger, string reason, double seconds);

    [LoggerMessage(EventId = 4012, EventName = "FollowBroke", Level = LogLevel.Error, Message = "Following the chain failed unexpectedly; next try in {Seconds:F1} s.")]
    public static partial void FollowBroke(ILogger logger, Exception exception, double seconds);

    [LoggerMessage(EventId = 4013, EventName = "GapTooLarge", Level = LogLevel.Warning, Message = "The logs from block {From} to {To} are not made up for: every known channel is read again at its next call.")]
    public static partial void GapTooLarge(ILogger logger, ulong from, ulong to);

    [LoggerMessage(EventId = 4014, EventName = "CursorNotSaved", Level = LogLevel.Warning, Message = "The chain cursor could not be written down; it is tried again.")]
    public static partial void CursorNotSaved(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 4020, EventName = "Reorganised", Level = LogLevel.Warning, Message = "The chain was reorganised after block {Ancestor}; {Channels} channels are read again.")]
    public static partial void Reorganised(ILogger logger, ulong ancestor, int channels);

    [LoggerMessage(EventId = 4021, EventName = "DeepReorganisation", Level = LogLevel.Error, Message = "The chain was reorganised below block {Oldest}, the oldest that is known here; every channel is read again.")]
    public static partial void DeepReorganisation(ILogger logger, ulong oldest);

    [LoggerMessage(EventId = 4022, EventName = "ServedOnFundsThatAReorganisationTook", Level = LogLevel.Error, Message = "Channel {Channel} was served on funds that a reorganisation took: {Loss} cogs cannot be claimed unless its transactions come back.")]
    public static partial void ReorganisationLoss(ILogger logger, ChannelId channel, UInt256 loss);

    [LoggerMessage(EventId = 4023, EventName = "CursorGivenUp", Level = LogLevel.Warning, Message = "The ledger's chain cursor is block {Cursor}, and the chain's head is block {Head} of another chain (a development chain that began anew?): it is followed from the head on.")]
    public static partial void CursorGivenUp(ILogger logger, ulong cursor, ulong head);

    [LoggerMessage(EventId = 4030, EventName = "CallbackFailed", Level = LogLevel.Error, Message = "Whoever wanted to hear of claims failed on the one of channel {Channel}.")]
    public static partial void CallbackFailed(ILogger logger, Exception exception, ChannelId channel);
}
