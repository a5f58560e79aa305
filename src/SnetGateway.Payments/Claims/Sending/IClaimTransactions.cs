using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>
/// What claims need of the chain besides its channels. Every method throws <see cref="ClaimChainException"/> when no endpoint gives a
/// usable response: nothing is known then, and the caller begins again later.
/// </summary>
public interface IClaimTransactions
{
    /// <summary>Reads the account of a payee, all of it at one head.</summary>
    ValueTask<ClaimAccount> ReadAccountAsync(Address payee, CancellationToken cancellationToken);

    /// <summary>Whether the contract would accept these claims now, together and in this order.</summary>
    ValueTask<bool> IsAcceptedAsync(Address payee, IReadOnlyList<ContractClaim> claims, CancellationToken cancellationToken);

    /// <summary>The gas that they need; null when the contract refuses them.</summary>
    ValueTask<ulong?> EstimateGasAsync(Address payee, IReadOnlyList<ContractClaim> claims, CancellationToken cancellationToken);

    /// <summary>Sends a transaction. The same one may be sent again: nodes know it by its hash.</summary>
    /// <returns>Null when the node has it; otherwise why it refused it.</returns>
    ValueTask<string?> SendAsync(SignedTransaction transaction, CancellationToken cancellationToken);

    /// <summary>The receipt of a transaction of the chain; null when the chain has no such transaction.</summary>
    ValueTask<ClaimReceipt?> FindReceiptAsync(Bytes32 hash, CancellationToken cancellationToken);
}

/// <summary>The account of a payee at one head.</summary>
/// <param name="Head">The newest block.</param>
/// <param name="FinalBlock">The newest block that is final.</param>
/// <param name="Count">The account nonce of its next transaction, by the newest block.</param>
/// <param name="FinalCount">The same by the block that is final: transactions below it stay where they are.</param>
/// <param name="Balance">Its wei.</param>
/// <param name="BaseFee">Wei for a unit of gas in the next block.</param>
/// <param name="Tip">Wei for a unit of gas above it, with which transactions are mined soon.</param>
public readonly record struct ClaimAccount(
    ulong Head, ulong FinalBlock, ulong Count, ulong FinalCount, UInt256 Balance, ulong BaseFee, ulong Tip)
{
    /// <summary>Wei for a unit of gas, together.</summary>
    public ulong GasPrice => BaseFee + Tip;
}

/// <summary>How a transaction ended.</summary>
/// <param name="Succeeded">False when the contract refused it: it cost gas, and changed nothing.</param>
/// <param name="GasUsed">Gas that it used.</param>
/// <param name="Claims">The `ChannelClaim` events of the escrow contract in it.</param>
public sealed record ClaimReceipt(bool Succeeded, ulong GasUsed, IReadOnlyList<ClaimEvent> Claims);

/// <summary>A claim that the contract paid.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="NewNonce">Its nonce after the claim.</param>
/// <param name="Amount">Cogs that were paid.</param>
public readonly record struct ClaimEvent(ChannelId Channel, ChannelNonce NewNonce, UInt256 Amount);

/// <summary>The chain, or a signer, gave no usable response. The message is for the operator.</summary>
public sealed class ClaimChainException(string message, Exception? inner = null) : Exception(message, inner);
