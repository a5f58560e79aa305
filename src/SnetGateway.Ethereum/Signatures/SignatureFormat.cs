namespace SnetGateway.Ethereum.Signatures;

/// <summary>The format of signatures that the escrow contract accepts, checked without curve arithmetic.</summary>
internal static class SignatureFormat
{
    /// <summary>Bytes of a signature: r, s and v.</summary>
    public const int Size = 65;

    /// <summary>Order of the curve's group, big-endian.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE,
        0xBA, 0xAE, 0xDC, 0xE6, 0xAF, 0x48, 0xA0, 0x3B, 0xBF, 0xD2, 0x5E, 0x8C, 0xD0, 0x36, 0x41, 0x41,
    ];

    /// <summary>
    /// True for 65 bytes with r and s in [1, n-1] and v 0, 1, 27 or 28. <paramref name="recoveryId"/> is then 0 or 1. High s is accepted,
    /// as by the precompile that the contract uses.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> signature, out int recoveryId)
    {
        recoveryId = 0;
        if (signature.Length != Size)
        {
            return false;
        }

        int v = signature[64];
        recoveryId = v >= 27 ? v - 27 : v;
        return recoveryId is 0 or 1 && IsScalar(signature[..32]) && IsScalar(signature.Slice(32, 32));
    }

    /// <summary>True for 32 bytes that are a number in [1, n-1]: r, s, or a private key.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> number) => number.SequenceCompareTo(Order) < 0 && number.ContainsAnyExcept((byte)0);
}
