using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>
/// A free-call token as sent: the provider's signature, an underscore, and the expiry block in decimal. Parsed and not yet checked.
/// </summary>
public readonly struct FreeCallToken
{
    private const byte Separator = (byte)'_';

    private FreeCallToken(ReadOnlyMemory<byte> bytes, int signatureLength, ulong expiryBlock)
    {
        Bytes = bytes;
        Signature = bytes[..signatureLength];
        ExpiryBlock = expiryBlock;
    }

    /// <summary>All of it: what a user signs.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The part before the last underscore, of any length.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>The last block at which it may be used.</summary>
    public ulong ExpiryBlock { get; }

    /// <summary>A token with this signature.</summary>
    public static FreeCallToken Create(ReadOnlySpan<byte> signature, ulong expiryBlock) =>
        new((byte[])[.. signature, Separator, .. Encoding.ASCII.GetBytes(expiryBlock.ToString(CultureInfo.InvariantCulture))],
            signature.Length, expiryBlock);

    /// <summary>
    /// Splits at the last underscore, because a signature may contain its byte. The number has one form: digits without a leading zero, up
    /// to 2^64-1.
    /// </summary>
    /// <param name="bytes">The token; kept, so it must not change.</param>
    /// <param name="token">The parts.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static FreeCallFault? Parse(ReadOnlyMemory<byte> bytes, out FreeCallToken token)
    {
        token = default;
        int separator = bytes.Span.LastIndexOf(Separator);
        if (separator < 0)
        {
            return FreeCallFault.NoSeparator;
        }

        ReadOnlySpan<byte> digits = bytes.Span[(separator + 1)..];
        bool isCanonical = !digits.IsEmpty
            && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && (digits[0] != '0' || digits.Length == 1);
        if (!isCanonical || !Utf8Parser.TryParse(digits, out ulong expiryBlock, out int read) || read != digits.Length)
        {
            return FreeCallFault.NoBlockNumber;
        }

        token = new FreeCallToken(bytes, separator, expiryBlock);
        return null;
    }
}
