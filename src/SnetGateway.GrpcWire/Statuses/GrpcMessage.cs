using System.Buffers;
using System.Globalization;
using System.Text;

namespace SnetGateway.GrpcWire.Statuses;

/// <summary>
/// The percent-encoding of <c>grpc-message</c> (gRPC over HTTP/2, "Responses"): UTF-8 bytes outside 0x20 to 0x7E and <c>%</c> become
/// <c>%XX</c> with upper-case digits. Invalid Unicode is replaced by U+FFFD first.
/// </summary>
public static class GrpcMessage
{
    private const int MostBytesPerRune = 4;
    private const int StackLimit = 512;

    private static readonly SearchValues<char> s_plain = SearchValues.Create(PlainCharacters());

    /// <summary>Encodes a text. Returns the same instance when nothing needs encoding.</summary>
    public static string Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int plain = text.AsSpan().IndexOfAnyExcept(s_plain);
        if (plain < 0)
        {
            return text;
        }

        StringBuilder encoded = new StringBuilder(text.Length + 16).Append(text, 0, plain);
        Span<byte> utf8 = stackalloc byte[MostBytesPerRune];
        foreach (Rune rune in text.AsSpan(plain).EnumerateRunes())
        {
            AppendEncoded(encoded, utf8[..rune.EncodeToUtf8(utf8)]);
        }

        return encoded.ToString();
    }

    /// <summary>
    /// Decodes the value of a <c>grpc-message</c> header. Never fails: a <c>%</c> without two hexadecimal digits is kept, and decoded bytes
    /// that are not UTF-8 become U+FFFD. Returns the same instance when nothing is encoded.
    /// </summary>
    public static string Decode(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!value.Contains('%', StringComparison.Ordinal))
        {
            return value;
        }

        // Decoding escapes only shortens. A non-ASCII character takes at most three bytes, and a surrogate pair four.
        int most = Encoding.UTF8.GetMaxByteCount(value.Length);
        byte[]? rented = null;
        Span<byte> bytes = most <= StackLimit ? stackalloc byte[StackLimit] : rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            int length = 0;
            ReadOnlySpan<char> rest = value.AsSpan();
            while (!rest.IsEmpty)
            {
                if (TryReadEscape(rest, out byte decoded))
                {
                    bytes[length++] = decoded;
                    rest = rest[3..];
                    continue;
                }

                int next = rest[1..].IndexOf('%');
                ReadOnlySpan<char> literal = next < 0 ? rest : rest[..(next + 1)];
                length += Encoding.UTF8.GetBytes(literal, bytes[length..]);
                rest = rest[literal.Length..];
            }

            return Encoding.UTF8.GetString(bytes[..length]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static bool TryReadEscape(ReadOnlySpan<char> text, out byte value)
    {
        value = 0;
        return text.Length >= 3
            && text[0] == '%'
            && byte.TryParse(text[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static void AppendEncoded(StringBuilder encoded, ReadOnlySpan<byte> utf8)
    {
        foreach (byte value in utf8)
        {
            if (value is >= 0x20 and <= 0x7E and not (byte)'%')
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }
    }

    private static string PlainCharacters() =>
        string.Concat(Enumerable.Range(0x20, 0x7F - 0x20).Select(value => (char)value).Where(value => value != '%'));
}
