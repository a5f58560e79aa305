using System.Text;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>Derives and formats addresses.</summary>
public static class AddressText
{
    /// <summary>0x and 40 hex digits whose case is a checksum (EIP-55).</summary>
    public static string Checksum(Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.WriteTo(bytes);
        Span<char> text = stackalloc char[2 * Address.Size];
        Convert.TryToHexStringLower(bytes, text, out _);

        Span<byte> ascii = stackalloc byte[text.Length];
        Ascii.FromUtf16(text, ascii, out _);
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(ascii, hash);
        for (int i = 0; i < text.Length; i++)
        {
            int nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 0xF;
            if (nibble >= 8)
            {
                text[i] = char.ToUpperInvariant(text[i]);
            }
        }

        return string.Concat("0x", text);
    }

    /// <summary>The address of a public key: the last 20 bytes of the hash of its 64 bytes.</summary>
    internal static Address OfPublicKey(ReadOnlySpan<byte> publicKey)
    {
        Span<byte> hash = stackalloc byte[Keccak256.Size];
        Keccak256.Hash(publicKey, hash);
        return new Address(hash[12..]);
    }
}
