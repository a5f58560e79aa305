using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Claims;

/// <summary>Log events of the claims that the gateway sends. 3100 to 3199.</summary>
internal static partial class ClaimLog
{
    [LoggerMessage(EventId = 3100, EventName = "ClaimsAreSent", Level = LogLevel.Information,
        Message = "Claims of {Payee} are sent by this gateway, or by another one of its ledger.")]
    public static partial void ClaimsAreSent(ILogger logger, Address payee);

    [LoggerMessage(EventId = 3101, EventName = "ClaimTransactionSent", Level = LogLevel.Information,
        Message = "Transaction {Number} of {Payee} was sent with {Claims} claims: {Hash}.")]
    public static partial void TransactionSent(ILogger logger, ulong number, Address payee, int claims, Bytes32 hash);

    [LoggerMessage(EventId = 3102, EventName = "ClaimTransactionReplaced", Level = LogLevel.Information,
        Message = "Transaction {Number} of {Payee} is sent with a fee of up to {Gwei} gwei and {Claims} claims in place of the one "
            + "before, which was not mined: {Hash}.")]
    public static partial void TransactionReplaced(ILogger logger, ulong number, Address payee, ulong gwei, int claims, Bytes32 hash);

    [LoggerMessage(EventId = 3103, EventName = "ClaimTransactionNotTaken", Level = LogLevel.Information,
        Message = "The node did not take transaction {Number} of {Payee}: {Reason}. It is sent again; if this continues, check the "
            + "account and the node.")]
    public static partial void TransactionNotTaken(ILogger logger, ulong number, Address payee, string reason);

    [LoggerMessage(EventId = 3104, EventName = "ClaimsPaid", Level = LogLevel.Information,
        Message = "Transaction {Number} of {Payee} is final: {Claims} claims paid {Cogs} cogs for {Gas} gas.")]
    public static partial void ClaimsPaid(ILogger logger, ulong number, Address payee, int claims, UInt256 cogs, ulong gas);

    [LoggerMessage(EventId = 3105, EventName = "ClaimTransactionReverted", Level = LogLevel.Warning,
        Message = "The contract refused transaction {Number} of {Payee}, which cost {Gas} gas. Its claims are planned again. A tool may "
            + "have claimed some of them at the same time.")]
    public static partial void TransactionReverted(ILogger logger, ulong number, Address payee, ulong gas);

    [LoggerMessage(EventId = 3106, EventName = "ForeignTransaction", Level = LogLevel.Warning,
        Message = "Transaction {Number} of {Payee} was not sent by this gateway. The claims that were to be sent under this number are "
            + "planned again. Use the payment address for nothing else while the gateway claims.")]
    public static partial void ForeignTransaction(ILogger logger, ulong number, Address payee);

    [LoggerMessage(EventId = 3107, EventName = "ChannelClaimRefused", Level = LogLevel.Warning,
        Message = "The contract refuses the claim of channel {Channel}. It is left out for some blocks; `ledger explain` shows what "
            + "is signed.")]
    public static partial void ChannelRefused(ILogger logger, ChannelId channel);

    [LoggerMessage(EventId = 3108, EventName = "NotEnoughEther", Level = LogLevel.Error,
        Message = "The account {Payee} has {Balance} wei, and the claims that are due may need {Needed}. Nothing was sent: send ether to "
            + "the account. ({Suppressed} similar events suppressed.)")]
    public static partial void NotEnoughEther(ILogger logger, Address payee, UInt256 balance, UInt256 needed, long suppressed);

    [LoggerMessage(EventId = 3109, EventName = "ClaimRoundFailed", Level = LogLevel.Warning,
        Message = "Claims of {Payee} could not be looked after: {Reason}. This is tried again, and logged once until it succeeds.")]
    public static partial void RoundFailed(ILogger logger, Address payee, string reason);

    [LoggerMessage(EventId = 3110, EventName = "ClaimRoundFaulted", Level = LogLevel.Error,
        Message = "An exception ended a round of claims of {Payee}. The next one begins where it stopped. Please report this.")]
    public static partial void RoundFaulted(ILogger logger, Exception exception, Address payee);
}
