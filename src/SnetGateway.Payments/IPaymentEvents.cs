using SnetGateway.Payments.Values;

namespace SnetGateway.Payments;

/// <summary>
/// Events that the operator should see. The host turns each into a log event, a metric and an alert. None may throw or wait.
/// </summary>
public interface IPaymentEvents
{
    /// <summary>
    /// A valid signature or a claim that this ledger has never seen: another ledger, or an older copy of this one, serves the group (rule
    /// 9).
    /// </summary>
    void LedgerMismatch(ChannelId channel, UInt256 known, UInt256 seen);

    /// <summary>A call was executed and not paid: its client disconnected first, or its settle was refused.</summary>
    void ExecutedWithoutGrant(ChannelId channel);

    /// <summary>The outcome of a settle is unknown, and reading could not resolve it within the limit.</summary>
    void OutcomeUnknown(ChannelId channel);

    /// <summary>The store refused a settle. Nothing was written and nothing was delivered.</summary>
    void NotWritten(ChannelId channel);

    /// <summary>
    /// A call with a metered price has ended, and what it did not use could not be given back: its ceiling stays charged.
    /// </summary>
    void NotGivenBack(ChannelId channel, UInt256 unused);

    /// <summary>The payee started the claim of the amount signed at this nonce; payments continue at the next one.</summary>
    void ClaimStarted(ChannelId channel, ChannelNonce nonce, UInt256 amount);

    /// <summary>
    /// The sender took all funds of an expired channel back, while this amount was signed and not claimed: it is lost.
    /// </summary>
    void FundsTakenBack(ChannelId channel, UInt256 lost);

    /// <summary>A record belonged to another channel that once had this id, and was set aside with the amount it held.</summary>
    void RecordSetAside(ChannelId channel, UInt256 amount);

    /// <summary>A free call was executed and not counted: its client disconnected first, or its settle was refused.</summary>
    void FreeCallExecutedWithoutGrant(Address user);

    /// <summary>The outcome of counting a free call is unknown, and reading could not resolve it within the limit.</summary>
    void FreeCallOutcomeUnknown(Address user);

    /// <summary>The store refused to count a free call. Nothing was written and nothing was delivered.</summary>
    void FreeCallNotWritten(Address user);
}
