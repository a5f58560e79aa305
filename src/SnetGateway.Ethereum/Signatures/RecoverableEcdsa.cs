using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Secp256k1Net;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>
/// ECDSA on secp256k1 with recovery of the public key, by libsecp256k1. Safe for concurrent use. Allocates nothing, unlike the package's
/// own methods that combine these calls.
/// </summary>
internal static class RecoverableEcdsa
{
    /// <summary>Bytes of a public key without its prefix byte: x and y.</summary>
    public const int PublicKeySize = 64;

    // One context for the process, never changed: libsecp256k1 only reads it in the calls below, and takes no lock. The package does not
    // expose secp256k1_context_randomize, so signing is constant in time but not blinded (docs/decisions/0007).
    private static readonly Secp256k1 s_library = new();

    /// <summary>Loads the native library, which otherwise happens with the first signature.</summary>
    /// <exception cref="DllNotFoundException">There is no library for this platform.</exception>
    public static void Load()
    {
        try
        {
            RuntimeHelpers.RunClassConstructor(typeof(RecoverableEcdsa).TypeHandle);
        }
        catch (TypeInitializationException exception)
        {
            throw new DllNotFoundException("libsecp256k1 cannot be loaded. It belongs beside the gateway's program: publish the gateway "
                + "for the platform that it runs on.", exception.InnerException);
        }
    }

    /// <summary>Recovers the public key. The caller has checked the format (<see cref="SignatureFormat.TryRead"/>).</summary>
    /// <param name="digest">The 32 bytes that were signed.</param>
    /// <param name="signature">r and s, 64 bytes, each in [1, n-1].</param>
    /// <param name="recoveryId">0 or 1: the parity of y of the nonce point.</param>
    /// <param name="publicKey">64 bytes to fill.</param>
    /// <returns>False when there is no such key: r is not the x of a point, or the key would be the point at infinity.</returns>
    [SkipLocalsInit]
    public static bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey)
    {
        Span<byte> parsed = stackalloc byte[65];
        Span<byte> key = stackalloc byte[64];
        return s_library.EcdsaRecoverableSignatureParseCompact(parsed, signature, recoveryId)
            && s_library.EcdsaRecover(key, parsed, digest)
            && TrySerialize(key, publicKey);
    }

    /// <summary>Signs by RFC 6979 with low s.</summary>
    /// <param name="digest">32 bytes to sign.</param>
    /// <param name="privateKey">32 bytes in [1, n-1].</param>
    /// <param name="signature">64 bytes to fill with r and s.</param>
    /// <returns>The recovery id, 0 or 1.</returns>
    public static int Sign(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> privateKey, Span<byte> signature)
    {
        Span<byte> signed = stackalloc byte[65];
        return s_library.EcdsaSignRecoverable(signed, digest, privateKey)
            && s_library.EcdsaRecoverableSignatureSerializeCompact(signature, out int recoveryId, signed)
            && recoveryId is 0 or 1
            ? recoveryId
            : throw new CryptographicException("The key is out of range, or the contract cannot verify its signature.");
    }

    /// <summary>Fills the 64 bytes of the public key of <paramref name="privateKey"/>, 32 bytes in [1, n-1].</summary>
    public static void PublicKeyOf(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        Span<byte> key = stackalloc byte[64];
        if (!s_library.EcPubkeyCreate(key, privateKey) || !TrySerialize(key, publicKey))
        {
            throw new CryptographicException("The key is out of range.");
        }
    }

    [SkipLocalsInit]
    private static bool TrySerialize(ReadOnlySpan<byte> key, Span<byte> publicKey)
    {
        Span<byte> serialized = stackalloc byte[1 + PublicKeySize];
        nuint length = 1 + PublicKeySize;
        bool isSerialized = s_library.EcPubkeySerialize(serialized, ref length, key, Secp256k1EcFlags.Uncompressed);
        serialized[1..].CopyTo(publicKey);
        return isSerialized;
    }
}
