using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>A transaction of the payee that claims. Without claims it only uses up its account nonce.</summary>
/// <param name="AccountNonce">Number of the transaction among those of the account, which has nothing to do with a channel's nonce.</param>
/// <param name="GasLimit">Most gas that it may use.</param>
/// <param name="Fees">What it offers for gas.</param>
/// <param name="Claims">The claims, those of one channel in the order of its nonces.</param>
public sealed record ClaimTransaction(
    ulong AccountNonce, ulong GasLimit, TransactionFees Fees, IReadOnlyList<ContractClaim> Claims);

/// <summary>One claim, as the contract takes it.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Nonce">The nonce that was signed; the contract takes it only while it is the channel's own.</param>
/// <param name="Signed">The signed total in cogs.</param>
/// <param name="Payable">What is claimed of it.</param>
/// <param name="Signature">65 bytes, v 27 or 28.</param>
public readonly record struct ContractClaim(
    ChannelId Channel, ChannelNonce Nonce, UInt256 Signed, UInt256 Payable, ReadOnlyMemory<byte> Signature);

/// <summary>A transaction that can be sent.</summary>
/// <param name="Hash">Its hash, by which its receipt is found.</param>
/// <param name="Raw">Its bytes.</param>
public readonly record struct SignedTransaction(Bytes32 Hash, ReadOnlyMemory<byte> Raw);
