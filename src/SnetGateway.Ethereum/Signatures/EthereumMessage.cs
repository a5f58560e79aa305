using SnetGateway.Ethereum.Hashing;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>The digest that a wallet signs for a message (EIP-191, version 0x45, over the hash of the message).</summary>
internal static class EthereumMessage
{
    private static ReadOnlySpan<byte> Prefix => "\u0019Ethereum Signed Message:\n32"u8;

    /// <summary>Writes keccak256("\x19Ethereum Signed Message:\n32" ++ keccak256(message)) into <paramref name="digest"/>.</summary>
    public static void Digest(ReadOnlySpan<byte> message, Span<byte> digest)
    {
        Span<byte> outer = stackalloc byte[Prefix.Length + Keccak256.Size];
        Prefix.CopyTo(outer);
        Keccak256.Hash(message, outer[Prefix.Length..]);
        Keccak256.Hash(outer, digest);
    }
}
