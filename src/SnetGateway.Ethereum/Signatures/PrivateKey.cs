using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>A secp256k1 key that signs. Its value never appears in text or in a debugger.</summary>
[DebuggerDisplay("{Address}")]
public sealed class PrivateKey : IMessageSigner
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly byte[] _bytes;

    private PrivateKey(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes.ToArray();
        Span<byte> publicKey = stackalloc byte[RecoverableEcdsa.PublicKeySize];
        RecoverableEcdsa.PublicKeyOf(_bytes, publicKey);
        Address = AddressText.OfPublicKey(publicKey);
    }

    /// <summary>The address of the signatures that it makes.</summary>
    public Address Address { get; }

    /// <summary>
    /// Creates a key from 32 big-endian bytes. False for another length, for 0, and for values from the group's order on.
    /// </summary>
    public static bool TryCreate(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PrivateKey? key)
    {
        bool fits = bytes.Length == Size && SignatureFormat.IsScalar(bytes);
        key = fits ? new PrivateKey(bytes) : null;
        return fits;
    }

    /// <summary>Reads 64 hex digits, with or without 0x, as in key files. Surrounding white space is ignored.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PrivateKey? key)
    {
        key = null;
        text = text.Trim();
        text = text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
        Span<byte> bytes = stackalloc byte[Size];
        return text.Length == 2 * Size
            && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done
            && TryCreate(bytes, out key);
    }

    /// <summary>Reads 64 hex digits, or throws a <see cref="FormatException"/> that does not repeat them.</summary>
    public static PrivateKey Parse(string text) =>
        TryParse(text, out PrivateKey? key) ? key : throw new FormatException("Not a private key: 64 hex digits are expected.");

    /// <summary>
    /// Signs a message as a wallet does (<see cref="EthereumMessage"/>): RFC 6979, low s. Returns 65 bytes with v 27 or 28, as the contract
    /// requires.
    /// </summary>
    public byte[] SignMessage(ReadOnlySpan<byte> message)
    {
        Span<byte> digest = stackalloc byte[Keccak256.Size];
        EthereumMessage.Digest(message, digest);
        return SignDigest(digest);
    }

    /// <summary>Signs 32 bytes that are already a hash. Returns 65 bytes with v 27 or 28.</summary>
    public byte[] SignDigest(ReadOnlySpan<byte> digest)
    {
        byte[] signature = new byte[SignatureFormat.Size];
        signature[64] = (byte)(27 + RecoverableEcdsa.Sign(digest, _bytes, signature.AsSpan(0, 64)));
        return signature;
    }

    /// <summary>The address, because the key must never be printed.</summary>
    public override string ToString() => $"private key of {Address}";
}
