using System.Globalization;

namespace SnetGateway.ProtoJson;

/// <summary>Exact numbers out of JSON's spelling of them, which also allows <c>1.0</c> and <c>2e3</c> for integers.</summary>
internal static class JsonNumbers
{
    private const int MostDigits = 20;
    private const int LargestExponent = 1_000_000;

    /// <summary>An integer if the text is a JSON number without a fraction that fits 20 digits.</summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> text, out Int128 value)
    {
        value = 0;
        if (!TrySplit(text, out var isNegative, out var whole, out var fraction, out var exponent))
        {
            return false;
        }

        // The digits as one row with a power of ten behind it; zeros at its ends only move that power.
        var fractionEnd = fraction.TrimEnd((byte)'0');
        var scale = exponent - fractionEnd.Length;
        var wholeEnd = whole;
        if (fractionEnd.IsEmpty)
        {
            wholeEnd = whole.TrimEnd((byte)'0');
            scale += whole.Length - wholeEnd.Length;
        }

        var wholeDigits = wholeEnd.TrimStart((byte)'0');
        var fractionDigits = wholeDigits.IsEmpty ? fractionEnd.TrimStart((byte)'0') : fractionEnd;
        var count = (long)wholeDigits.Length + fractionDigits.Length;
        if (count == 0)
        {
            return true;
        }

        if (scale < 0 || count + scale > MostDigits)
        {
            return false;
        }

        foreach (var digit in wholeDigits)
        {
            value = (value * 10) + (digit - '0');
        }

        foreach (var digit in fractionDigits)
        {
            value = (value * 10) + (digit - '0');
        }

        for (; scale > 0; scale--)
        {
            value *= 10;
        }

        value = isNegative ? -value : value;
        return true;
    }

    /// <summary>A finite number if the text is a JSON number in the range of the type.</summary>
    public static bool TryReadDouble(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        return TrySplit(text, out _, out _, out _, out _)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    /// <inheritdoc cref="TryReadDouble"/>
    public static bool TryReadSingle(ReadOnlySpan<byte> text, out float value)
    {
        value = 0;
        return TrySplit(text, out _, out _, out _, out _)
            && float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && float.IsFinite(value);
    }

    private static bool TrySplit(ReadOnlySpan<byte> text, out bool isNegative, out ReadOnlySpan<byte> whole, out ReadOnlySpan<byte> fraction, out int exponent)
    {
        fraction = default;
        exponent = 0;
        isNegative = text.StartsWith("-"u8);
        var rest = isNegative ? text[1..] : text;
        whole = TakeDigits(ref rest);
        if (whole.IsEmpty || (whole.Length > 1 && whole[0] == '0'))
        {
            return false;
        }

        if (rest.StartsWith("."u8))
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest);
            if (fraction.IsEmpty)
            {
                return false;
            }
        }

        if (!rest.IsEmpty && rest[0] is (byte)'e' or (byte)'E')
        {
            rest = rest[1..];
            var isBelowOne = rest.StartsWith("-"u8);
            rest = isBelowOne || rest.StartsWith("+"u8) ? rest[1..] : rest;
            var digits = TakeDigits(ref rest);
            if (digits.IsEmpty)
            {
                return false;
            }

            foreach (var digit in digits)
            {
                exponent = Math.Min((exponent * 10) + (digit - '0'), LargestExponent);
            }

            exponent = isBelowOne ? -exponent : exponent;
        }

        return rest.IsEmpty;
    }

    private static ReadOnlySpan<byte> TakeDigits(scoped ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = end < 0 ? text : text[..end];
        text = text[digits.Length..];
        return digits;
    }
}
