using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Org.BouncyCastle.Crypto.Digests;

namespace SnetGateway.Benchmarks.Payments;

/// <summary>Signs payments of a channel the way consumers do: the claim message of MultiPartyEscrow under Ethereum's message prefix.</summary>
/// <remarks>Apart from the gateway's own code on purpose: a consumer does not share a mistake with what it pays. Not for concurrent use.</remarks>
internal sealed partial class ClaimSigner : IDisposable
{
    public const int SignatureLength = 65;

    private const string Library = "libsecp256k1.so.1";
    private const uint SignContext = 0x0201;
    private const int WordLength = 32;

    private readonly nint _context = CreateContext(SignContext);
    private readonly KeccakDigest _keccak = new(256);
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
        if (SignRecoverable(_context, _recoverable, _digest, _key, 0, 0) != 1
            || SerializeCompact(_context, signature, out var recoveryId, _recoverable) != 1)
        {
            throw new InvalidOperationException("libsecp256k1 did not sign; is the key valid?");
        }

        signature[SignatureLength - 1] = (byte)(27 + recoveryId);
    }

    public void Dispose() => DestroyContext(_context);

    private static byte[] Word(ulong value)
    {
        var word = new byte[WordLength];
        BinaryPrimitives.WriteUInt64BigEndian(word.AsSpan(WordLength - sizeof(ulong)), value);
        return word;
    }

    private void Hash(byte[] data, Span<byte> hash)
    {
        _keccak.BlockUpdate(data, 0, data.Length);
        var result = new byte[WordLength];
        _keccak.DoFinal(result, 0);
        result.CopyTo(hash);
    }

    [LibraryImport(Library, EntryPoint = "secp256k1_context_create")]
    private static partial nint CreateContext(uint flags);

    [LibraryImport(Library, EntryPoint = "secp256k1_context_destroy")]
    private static partial void DestroyContext(nint context);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_sign_recoverable")]
    private static partial int SignRecoverable(nint context, Span<byte> signature, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> key, nint nonceFunction, nint nonceData);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_serialize_compact")]
    private static partial int SerializeCompact(nint context, Span<byte> output, out int recoveryId, ReadOnlySpan<byte> signature);
}
