using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Calls;

/// <summary>What the operator should hear of. The host turns each into a log line, a metric and an alert; none may throw or wait.</summary>
public interface IPaymentEvents
{
    /// <summary>
    /// Somebody holds a valid signature, or made a claim, that this ledger never saw: another or an older ledger serves this group
    /// (design, rule 9).
    /// </summary>
    void LedgerMismatch(ChannelId channel, UInt256 known, UInt256 seen);

    /// <summary>A call was executed and not paid: its client left first, or its settle lost.</summary>
    void ExecutedWithoutGrant(ChannelId channel);

    /// <summary>A settle ended without an answer, and reading could not decide it within the limit.</summary>
    void OutcomeUnknown(ChannelId channel);

    /// <summary>A settle was refused by the store; nothing was written and nothing delivered.</summary>
    void NotWritten(ChannelId channel);

    /// <summary>A record was of another channel that once had this id, and was set aside with the total it held.</summary>
    void RecordSetAside(ChannelId channel, UInt256 amount);
}
