using System.Buffers.Binary;
using Nethereum.Util;
using Secp256k1Net;

namespace SnetGateway.Benchmarks.Payments;

/// <summary>
/// Signs payments of a channel the way consumers do: the claim message of MultiPartyEscrow under Ethereum's message prefix.
/// </summary>
/// <remarks>Apart from the gateway's own code on purpose: a consumer does not share an error with what it pays. Not for concurrent
/// use.</remarks>
internal sealed class ClaimSigner : IDisposable
{
    public const int SignatureLength = 65;

    private const int WordLength = 32;

    private readonly Secp256k1 _curve = new();
    private readonly byte[] _message;
    private readonly int _amountAt;
    private readonly byte[] _prefixed = [.. "\u0019Ethereum Signed Message:\n32"u8, .. new byte[WordLength]];
    private readonly byte[] _digest = new byte[WordLength];
    private readonly byte[] _recoverable = new byte[SignatureLength];
    private readonly byte[] _key;

    /// <param name="escrow">The 20 bytes of the contract's address.</param>
    /// <param name="channel">Whose payments are signed.</param>
    public ClaimSigner(ReadOnlySpan<byte> escrow, PaidChannel channel)
    {
        _key = channel.Key;
        _message = [.. "__MPE_claim_message"u8, .. escrow, .. Word(channel.Id), .. Word(channel.Nonce), .. Word(0)];
        _amountAt = _message.Length - sizeof(ulong);
    }

    /// <summary>Writes r, s and v (27 or 28) of a payment of <paramref name="amount"/> cogs in total.</summary>
    public void Sign(ulong amount, Span<byte> signature)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_message.AsSpan(_amountAt), amount);
        Hash(_message, _prefixed.AsSpan(_prefixed.Length - WordLength));
        Hash(_prefixed, _digest);
        if (!_curve.EcdsaSignRecoverable(_recoverable, _digest, _key)
            || !_curve.EcdsaRecoverableSignatureSerializeCompact(signature, out int recoveryId, _recoverable))
        {
            throw new InvalidOperationException("libsecp256k1 did not sign; is the key valid?");
        }

        signature[SignatureLength - 1] = (byte)(27 + recoveryId);
    }

    public void Dispose() => _curve.Dispose();

    private static byte[] Word(ulong value)
    {
        byte[] word = new byte[WordLength];
        BinaryPrimitives.WriteUInt64BigEndian(word.AsSpan(WordLength - sizeof(ulong)), value);
        return word;
    }

    private static void Hash(byte[] data, Span<byte> hash) => Sha3Keccack.Current.CalculateHash(data).CopyTo(hash);
}
