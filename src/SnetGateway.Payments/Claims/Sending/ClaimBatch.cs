using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>Claims that travel in one transaction, which is sent until the chain is final about its account nonce.</summary>
/// <param name="AccountNonce">Number of the transaction among those of the account. At most one transaction with it is ever mined.</param>
/// <param name="Entries">The claims; empty for a transaction that only uses up its account nonce.</param>
/// <param name="GasLimit">Most gas that it may use.</param>
/// <param name="CreatedAt">The newest block when it was made.</param>
/// <param name="Sent">What was sent, or was about to be, the newest last: at least one. Each may be the one that is mined.</param>
public sealed record ClaimBatch(
    ulong AccountNonce, IReadOnlyList<ClaimEntry> Entries, ulong GasLimit, ulong CreatedAt, IReadOnlyList<SentTransaction> Sent)
{
    /// <summary>
    /// Transactions that are remembered. Of an older one the receipt is not found, and its claims are known from the channels.
    /// </summary>
    public const int MaxSent = 24;

    /// <summary>What is being sent now.</summary>
    public SentTransaction Newest => Sent[^1];

    /// <summary>The same with one more transaction.</summary>
    public ClaimBatch With(SentTransaction sent) => this with { Sent = [.. Sent.Append(sent).TakeLast(MaxSent)] };
}

/// <summary>One claim of a transaction. Its signature is in the channel's record.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Nonce">The nonce that was signed.</param>
/// <param name="Payable">Cogs that are claimed.</param>
public readonly record struct ClaimEntry(ChannelId Channel, ChannelNonce Nonce, UInt256 Payable);

/// <summary>A transaction that was written down before it was sent.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Fees">What it offers.</param>
/// <param name="AtBlock">The newest block then.</param>
public readonly record struct SentTransaction(Bytes32 Hash, TransactionFees Fees, ulong AtBlock);
