using Grpc.Core;

namespace SnetGateway.GrpcWire.Headers;

/// <summary>
/// The base64 of metadata whose name ends in <c>-bin</c>: the standard alphabet, padded when the length is a multiple of
/// 4 and unpadded otherwise. Several values joined with a comma are not taken apart: a comma makes the value malformed.
/// </summary>
public static class BinaryMetadata
{
    /// <summary>The ending of the names of binary metadata.</summary>
    public const string Suffix = "-bin";

    private static ReadOnlySpan<char> Alphabet => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static readonly sbyte[] Digits = MakeDigits();

    /// <summary>The most bytes that a value of this many characters can hold.</summary>
    public static int MaxDecodedLength(int characters) => (int)(((long)characters + 3) / 4 * 3);

    /// <summary>Decodes a value into <paramref name="destination"/>; false when it is malformed or does not fit. An empty value is zero bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<char> value, Span<byte> destination, out int written) =>
        Decode(value, destination, out written, out _) == BinaryMetadataResult.Decoded;

    /// <summary>Decodes a value, telling why it could not be.</summary>
    /// <param name="value">The header's value.</param>
    /// <param name="destination">Where the bytes go; its contents are unspecified unless the value was decoded.</param>
    /// <param name="written">Bytes decoded; 0 unless the value was decoded.</param>
    /// <param name="errorAt">Of a malformed value, the character at which Go's decoder reports the error; otherwise -1.</param>
    public static BinaryMetadataResult Decode(ReadOnlySpan<char> value, Span<byte> destination, out int written, out int errorAt)
    {
        written = 0;
        errorAt = -1;

        var digits = value.Length;
        if (value.Length % 4 == 0 && value.Length > 0 && value[^1] == '=')
        {
            digits -= value[^2] == '=' ? 2 : 1;
        }

        var length = 0;
        var at = 0;
        for (; at + 4 <= digits; at += 4)
        {
            var bits = (Digit(value[at]) << 18) | (Digit(value[at + 1]) << 12) | (Digit(value[at + 2]) << 6) | Digit(value[at + 3]);
            if (bits < 0)
            {
                break;
            }

            if (destination.Length - length < 3)
            {
                return TooLongUnlessMalformed(value, digits, at, out errorAt);
            }

            destination[length] = (byte)(bits >> 16);
            destination[length + 1] = (byte)(bits >> 8);
            destination[length + 2] = (byte)bits;
            length += 3;
        }

        errorAt = FindError(value, digits, at);
        if (errorAt >= 0)
        {
            return BinaryMetadataResult.Malformed;
        }

        var tail = digits - at;
        if (tail > 0)
        {
            if (destination.Length - length < tail - 1)
            {
                return BinaryMetadataResult.DestinationTooShort;
            }

            // The bits below the last whole byte carry nothing and are not looked at, as in the Go implementation.
            var bits = (Digit(value[at]) << 18) | (Digit(value[at + 1]) << 12) | (tail == 3 ? Digit(value[at + 2]) << 6 : 0);
            destination[length++] = (byte)(bits >> 16);
            if (tail == 3)
            {
                destination[length++] = (byte)(bits >> 8);
            }
        }

        written = length;
        return BinaryMetadataResult.Decoded;
    }

    /// <summary>Encodes bytes for a header, unpadded as gRPC asks senders to do.</summary>
    public static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    /// <summary>The value of an entry as a header carries it.</summary>
    public static string ToHeader(Metadata.Entry entry) => entry.IsBinary ? Encode(entry.ValueBytes) : entry.Value;

    private static BinaryMetadataResult TooLongUnlessMalformed(ReadOnlySpan<char> value, int digits, int from, out int errorAt)
    {
        errorAt = FindError(value, digits, from);
        return errorAt >= 0 ? BinaryMetadataResult.Malformed : BinaryMetadataResult.DestinationTooShort;
    }

    private static int FindError(ReadOnlySpan<char> value, int digits, int from)
    {
        for (var at = from; at < digits; at++)
        {
            if (Digit(value[at]) < 0)
            {
                return IsPaddingInside(value, at) ? (at | 3) + 1 : at;
            }
        }

        // A lone last digit holds no whole byte; padding never leaves one, because padded values come in fours.
        return digits % 4 == 1 ? digits - 1 : -1;
    }

    // Padding that would be right at the end is an error only for what follows it.
    private static bool IsPaddingInside(ReadOnlySpan<char> value, int at) =>
        value.Length % 4 == 0 && value[at] == '=' && (at % 4 == 3 || (at % 4 == 2 && value[at + 1] == '='));

    // A bad character is -1, which stays negative however far it is shifted and whatever it is combined with.
    private static int Digit(char character) =>
        character < Digits.Length ? Digits[character] : -1;

    private static sbyte[] MakeDigits()
    {
        var digits = new sbyte[128];
        Array.Fill(digits, (sbyte)-1);
        for (var value = 0; value < Alphabet.Length; value++)
        {
            digits[Alphabet[value]] = (sbyte)value;
        }

        return digits;
    }
}
