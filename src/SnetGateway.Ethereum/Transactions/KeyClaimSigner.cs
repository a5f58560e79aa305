using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Transactions;

/// <summary>Signs with a key in memory. The same transaction always gets the same signature (RFC 6979).</summary>
/// <param name="key">The payee's key, which stays in its class.</param>
/// <param name="chainId">The chain.</param>
/// <param name="escrow">The escrow contract.</param>
public sealed class KeyClaimSigner(PrivateKey key, ulong chainId, Address escrow) : IClaimSigner
{
    private readonly TransactionBytes _bytes = new(chainId, escrow, key.Address);

    /// <inheritdoc/>
    public Address Address => key.Address;

    /// <inheritdoc/>
    public ValueTask<SignedTransaction> SignAsync(ClaimTransaction transaction, CancellationToken cancellationToken) =>
        new(_bytes.Sign(transaction, key.SignDigest(_bytes.DigestOf(transaction))));
}
