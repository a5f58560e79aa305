using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Transactions;

/// <summary>
/// The bytes of a transaction that claims (EIP-1559, type 2). It sends no ether. One without claims goes to its own account.
/// </summary>
/// <param name="chainId">The chain for which it is signed.</param>
/// <param name="escrow">The escrow contract.</param>
/// <param name="payee">The account.</param>
internal sealed class TransactionBytes(ulong chainId, Address escrow, Address payee)
{
    public ulong ChainId => chainId;

    public Address Payee => payee;

    public Address DestinationOf(ClaimTransaction transaction) => transaction.Claims.Count == 0 ? payee : escrow;

    public static byte[] DataOf(ClaimTransaction transaction) => transaction.Claims.Count == 0 ? [] : EscrowCalls.Claim(transaction.Claims);

    /// <summary>The 32 bytes that are signed.</summary>
    public byte[] DigestOf(ClaimTransaction transaction) => Of(transaction).Digest();

    /// <summary>The whole transaction.</summary>
    /// <param name="transaction">What was signed.</param>
    /// <param name="signature">65 bytes, v 27 or 28.</param>
    public SignedTransaction Sign(ClaimTransaction transaction, ReadOnlySpan<byte> signature)
    {
        byte[] raw = Of(transaction).Signed(signature);
        return new SignedTransaction(new Bytes32(Keccak256.Hash(raw)), raw);
    }

    /// <summary>Whether this signature is the payee's for the transaction.</summary>
    public bool IsSigned(ClaimTransaction transaction, ReadOnlySpan<byte> signature)
    {
        Span<byte> publicKey = stackalloc byte[RecoverableEcdsa.PublicKeySize];
        return RecoverableEcdsa.TryRecover(DigestOf(transaction), signature[..64], signature[64] - 27, publicKey)
            && AddressText.OfPublicKey(publicKey) == payee;
    }

    private ContractTransaction Of(ClaimTransaction transaction) => new(
        chainId, transaction.AccountNonce, transaction.Fees.Tip, transaction.Fees.MaxFee, transaction.GasLimit,
        DestinationOf(transaction), DataOf(transaction));
}
