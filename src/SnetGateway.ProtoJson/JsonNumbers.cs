using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace SnetGateway.ProtoJson;

/// <summary>Exact parsing of JSON numbers, which may write integers as <c>1.0</c> or <c>2e3</c>.</summary>
internal static class JsonNumbers
{
    /// <summary>Parses an integer: a JSON number without a fraction that fits 128 bits.</summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> text, out Int128 value)
    {
        value = 0;
        return IsNumber(text) && Int128.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Parses a finite number: a JSON number in the range of the type.</summary>
    public static bool TryReadFinite<T>(ReadOnlySpan<byte> text, out T value)
        where T : struct, IFloatingPointIeee754<T>
    {
        value = T.Zero;
        return IsNumber(text) && T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && T.IsFinite(value);
    }

    // .NET's parsers also accept leading zeros, plus signs and white space.
    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            return reader.Read()
                && reader.TokenType == JsonTokenType.Number
                && reader.TokenStartIndex == 0
                && reader.BytesConsumed == text.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
