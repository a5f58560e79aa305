using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>Log events of the payment core. 3000 to 3099, of which 3011 and 3012 are in HealthLog.</summary>
internal static partial class PaymentEventLog
{
    [LoggerMessage(EventId = 3001, EventName = "LedgerMismatch", Level = LogLevel.Warning,
        Message = "Channel {Channel} has a valid signature for {Seen} cogs, but this ledger knows only {Known}: another ledger, or an "
            + "older copy of this one, serves the same group. Stop the other gateway or restore the newest ledger. ({Suppressed} "
            + "similar events suppressed.)")]
    public static partial void LedgerMismatch(ILogger logger, ChannelId channel, UInt256 known, UInt256 seen, long suppressed);

    [LoggerMessage(EventId = 3002, EventName = "OutcomeUnknown", Level = LogLevel.Error,
        Message = "The outcome of a payment on channel {Channel} is unknown: the store did not respond. Nothing was delivered, and the "
            + "next call on the channel resolves it. Check the store.")]
    public static partial void OutcomeUnknown(ILogger logger, ChannelId channel);

    [LoggerMessage(EventId = 3003, EventName = "PaymentNotWritten", Level = LogLevel.Error,
        Message = "A payment on channel {Channel} is not in the ledger: the store refused to write it, or did not respond and has not "
            + "written it. Nothing was delivered or charged. Check the store and its disk. ({Suppressed} similar events suppressed.)")]
    public static partial void NotWritten(ILogger logger, ChannelId channel, long suppressed);

    [LoggerMessage(EventId = 3004, EventName = "RecordSetAside", Level = LogLevel.Error,
        Message = "The record of channel {Channel} belonged to an earlier channel with this id, which a reorganisation removed. It was "
            + "set aside; {Amount} cogs signed on it cannot be claimed.")]
    public static partial void RecordSetAside(ILogger logger, ChannelId channel, UInt256 amount);

    [LoggerMessage(EventId = 3005, EventName = "NotGivenBack", Level = LogLevel.Error,
        Message = "A call with a metered price on channel {Channel} has ended, and {Unused} cogs that it did not use could not be given "
            + "back: the store did not write it. The call's ceiling stays charged, and `ledger verify` lists it. Check the store. "
            + "({Suppressed} similar events suppressed.)")]
    public static partial void NotGivenBack(ILogger logger, ChannelId channel, UInt256 unused, long suppressed);

    [LoggerMessage(EventId = 3006, EventName = "ClaimStarted", Level = LogLevel.Information,
        Message = "The payee of channel {Channel} started the claim of {Amount} cogs of nonce {Nonce}. Payments continue at the next "
            + "nonce; the signature is among the claims in progress until the chain shows the claim.")]
    public static partial void ClaimStarted(ILogger logger, ChannelId channel, ChannelNonce nonce, UInt256 amount);

    [LoggerMessage(EventId = 3010, EventName = "LedgerOpened", Level = LogLevel.Information,
        Message = "Ledger opened: {Channels} channels in {Milliseconds:0} ms.")]
    public static partial void LedgerOpened(ILogger logger, int channels, double milliseconds);

    [LoggerMessage(EventId = 3013, EventName = "FeedEnded", Level = LogLevel.Error,
        Message = "Following the writes of other replicas has failed; calls that lose a race to another replica are refused once. Restart"
            + " the gateway and please report this.")]
    public static partial void FeedEnded(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3014, EventName = "LastLedgerNotSaved", Level = LogLevel.Warning,
        Message = "Could not write the file that names the ledger used last: {Error}. A later start on a ledger that knows less may not be "
            + "refused. Check the data folder. This is logged once until writing succeeds.")]
    public static partial void LastLedgerNotSaved(ILogger logger, string error);

    [LoggerMessage(EventId = 3015, EventName = "LedgerChanged", Level = LogLevel.Warning,
        Message = "{File} now names another ledger: {Next} instead of {Current}. It does not know what consumers have paid so far. Stop "
            + "the gateway and run `snet-gateway ledger copy` before the restart; see docs/stores.md, Changing the store.")]
    public static partial void LedgerChanged(ILogger logger, string file, LedgerPlace next, LedgerPlace current);

    [LoggerMessage(EventId = 3016, EventName = "PausesChanged", Level = LogLevel.Information,
        Message = "Paused by the operator, on all gateways of this ledger: {Services} (* is all services).")]
    public static partial void PausesChanged(ILogger logger, string services);

    [LoggerMessage(EventId = 3017, EventName = "WithoutPayments", Level = LogLevel.Information,
        Message = "No route asks for a payment, so no chain is followed and no ledger is opened.")]
    public static partial void WithoutPayments(ILogger logger);

    [LoggerMessage(EventId = 3018, EventName = "FundsTakenBack", Level = LogLevel.Error,
        Message = "The sender of channel {Channel} took all funds back after the expiry, while {Lost} cogs were signed and not claimed: "
            + "they are lost. Claim earlier, and act on the alert ChannelExpiring.")]
    public static partial void FundsTakenBack(ILogger logger, ChannelId channel, UInt256 lost);

    [LoggerMessage(EventId = 3020, EventName = "FreeCallOutcomeUnknown", Level = LogLevel.Error,
        Message = "The outcome of counting a free call of {User} is unknown: the store did not respond. Nothing was delivered, and the "
            + "user's next free call resolves it. Check the store.")]
    public static partial void FreeCallOutcomeUnknown(ILogger logger, Address user);

    [LoggerMessage(EventId = 3021, EventName = "FreeCallNotWritten", Level = LogLevel.Error,
        Message = "A free call of {User} is not counted in the ledger: the store refused to write it. Nothing was delivered. Check the "
            + "store and its disk. ({Suppressed} similar events suppressed.)")]
    public static partial void FreeCallNotWritten(ILogger logger, Address user, long suppressed);
}
