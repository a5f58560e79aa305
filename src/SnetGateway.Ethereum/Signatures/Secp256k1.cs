namespace SnetGateway.Ethereum.Signatures;

/// <summary>
/// The curve arithmetic that signatures need. Two implementations that are held to each other by tests: the native library, some ten
/// times faster, and a managed one where that is not installed. Safe to use from many threads.
/// </summary>
internal abstract class Secp256k1
{
    /// <summary>Bytes of a public key without its prefix byte.</summary>
    public const int PublicKeySize = 64;

    private static readonly Lazy<Secp256k1> Chosen = new(static () => NativeSecp256k1.TryLoad() ?? (Secp256k1)new ManagedSecp256k1());

    /// <summary>The native library if it can be loaded, else the managed implementation. Chosen once per process.</summary>
    public static Secp256k1 Default => Chosen.Value;

    /// <summary>What it is, for the log at start.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Recovers the public key. The caller has checked the shape (<see cref="SignatureFormat.TryRead"/>).
    /// </summary>
    /// <param name="digest">32 bytes that were signed.</param>
    /// <param name="signature">r and s, 64 bytes, each in [1, n-1].</param>
    /// <param name="recoveryId">0 or 1: whether y of the nonce point is odd.</param>
    /// <param name="publicKey">64 bytes to fill.</param>
    /// <returns>False where no key fits: r is no x of a point, or the key would be the point at infinity.</returns>
    public abstract bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey);

    /// <summary>Signs by RFC 6979 with low s. Fills r, s (64 bytes) and returns the recovery id, 0 or 1.</summary>
    /// <param name="digest">32 bytes to sign.</param>
    /// <param name="privateKey">32 bytes in [1, n-1].</param>
    /// <param name="signature">64 bytes to fill.</param>
    public abstract int Sign(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> privateKey, Span<byte> signature);

    /// <summary>Fills the 64 bytes of the public key of <paramref name="privateKey"/>.</summary>
    public abstract void PublicKeyOf(ReadOnlySpan<byte> privateKey, Span<byte> publicKey);
}
