using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>What the operator should see of claims. The host logs and counts each. None may throw or wait.</summary>
public interface IClaimEvents
{
    /// <summary>A transaction was written down and is sent for the first time.</summary>
    void BatchSent(Address payee, ClaimBatch batch);

    /// <summary>It is sent with higher fees, or with fewer claims, in place of the transaction before.</summary>
    void BatchReplaced(Address payee, ClaimBatch batch);

    /// <summary>The node does not take it. It is sent again.</summary>
    void BatchRefused(Address payee, ClaimBatch batch, string reason);

    /// <summary>The chain is final about its account nonce.</summary>
    void BatchFinished(Address payee, ClaimBatch batch, BatchOutcome outcome);

    /// <summary>The contract refuses the claim of a channel, which is left out for a while.</summary>
    void ChannelRefused(ChannelId channel);

    /// <summary>The payee's account holds too little for the gas. Nothing was started.</summary>
    void NotEnoughEther(Address payee, UInt256 balance, UInt256 needed);
}

/// <summary>How a transaction ended.</summary>
/// <param name="Kind">See <see cref="BatchEnd"/>.</param>
/// <param name="Hash">The transaction that was mined; null when it was none of those that are remembered.</param>
/// <param name="GasUsed">Its gas.</param>
/// <param name="Claims">Claims that the contract paid in it.</param>
/// <param name="Cogs">Cogs that it paid.</param>
public readonly record struct BatchOutcome(BatchEnd Kind, Bytes32? Hash, ulong GasUsed, int Claims, UInt256 Cogs);

/// <summary>The ways in which a transaction ends.</summary>
public enum BatchEnd
{
    /// <summary>The contract has paid its claims, by their `ChannelClaim` events.</summary>
    Paid,

    /// <summary>The contract refused it. Its claims are planned again.</summary>
    Reverted,

    /// <summary>Another transaction of the account has its account nonce. Its claims are planned again.</summary>
    OtherTransaction,
}
