using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace SnetGateway.ProtoJson;

/// <summary>Exact numbers out of JSON's spelling of them, which also allows <c>1.0</c> and <c>2e3</c> for integers.</summary>
internal static class JsonNumbers
{
    /// <summary>An integer if the text is a JSON number without a fraction that fits 128 bits.</summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> text, out Int128 value)
    {
        value = 0;
        return IsNumber(text) && Int128.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>A finite number if the text is a JSON number in the range of the type.</summary>
    public static bool TryReadFinite<T>(ReadOnlySpan<byte> text, out T value)
        where T : struct, IFloatingPointIeee754<T>
    {
        value = T.Zero;
        return IsNumber(text) && T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && T.IsFinite(value);
    }

    // .NET's parsers also take leading zeros, plus signs and white space.
    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TokenStartIndex == 0 && reader.BytesConsumed == text.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
