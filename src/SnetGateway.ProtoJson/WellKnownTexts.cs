using System.Globalization;
using System.Text;

namespace SnetGateway.ProtoJson;

/// <summary>The texts that stand for times, durations and field masks in JSON.</summary>
internal static class WellKnownTexts
{
    // 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    // Some 10,000 years either way.
    private const long MostDurationSeconds = 315_576_000_000;
    private const int NanosPerSecond = 1_000_000_000;
    private const int FractionDigits = 9;

    public static bool TryReadTimestamp(ReadOnlySpan<char> text, out long seconds, out int nanos)
    {
        const int FractionStart = 19;
        seconds = 0;
        nanos = 0;
        if (text.Length <= FractionStart
            || !DateTime.TryParseExact(text[..FractionStart], "yyyy'-'MM'-'dd'T'HH':'mm':'ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return false;
        }

        var rest = text[FractionStart..];
        if (!TryTakeFraction(ref rest, out nanos) || !TryReadOffset(rest, out var offsetSeconds))
        {
            return false;
        }

        seconds = ((time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond) - offsetSeconds;
        return seconds is >= FirstSecond and <= LastSecond;
    }

    /// <summary>The text, or null when the numbers are no time.</summary>
    public static string? FormatTimestamp(long seconds, int nanos)
    {
        if (seconds is < FirstSecond or > LastSecond || nanos is < 0 or >= NanosPerSecond)
        {
            return null;
        }

        var text = new StringBuilder(DateTime.UnixEpoch.AddSeconds(seconds).ToString("yyyy'-'MM'-'dd'T'HH':'mm':'ss", CultureInfo.InvariantCulture));
        AppendFraction(text, nanos);
        return text.Append('Z').ToString();
    }

    public static bool TryReadDuration(ReadOnlySpan<char> text, out long seconds, out int nanos)
    {
        seconds = 0;
        nanos = 0;
        if (text.IsEmpty || text[^1] != 's')
        {
            return false;
        }

        var isNegative = text[0] == '-';
        var rest = text[(isNegative ? 1 : 0)..^1];
        var whole = rest.IndexOf('.') is >= 0 and var point ? rest[..point] : rest;
        if (!long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out seconds))
        {
            return false;
        }

        rest = rest[whole.Length..];
        if (!TryTakeFraction(ref rest, out nanos) || !rest.IsEmpty || seconds > MostDurationSeconds || (seconds == MostDurationSeconds && nanos > 0))
        {
            return false;
        }

        seconds = isNegative ? -seconds : seconds;
        nanos = isNegative ? -nanos : nanos;
        return true;
    }

    /// <summary>The text, or null when the numbers are no duration.</summary>
    public static string? FormatDuration(long seconds, int nanos)
    {
        if (seconds is < -MostDurationSeconds or > MostDurationSeconds || nanos is <= -NanosPerSecond or >= NanosPerSecond || Math.Sign(seconds) * Math.Sign(nanos) < 0)
        {
            return null;
        }

        var text = new StringBuilder(seconds < 0 || nanos < 0 ? "-" : string.Empty);
        text.Append(CultureInfo.InvariantCulture, $"{Math.Abs(seconds)}");
        AppendFraction(text, Math.Abs(nanos));
        return text.Append('s').ToString();
    }

    /// <summary>From <c>userName</c> to <c>user_name</c>; null when the text is no path in JSON's spelling.</summary>
    public static string? ReadMaskPath(ReadOnlySpan<char> path)
    {
        var text = new StringBuilder(path.Length + 4);
        foreach (var character in path)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character != '.')
            {
                return null;
            }

            if (char.IsAsciiLetterUpper(character))
            {
                text.Append('_').Append(char.ToLowerInvariant(character));
            }
            else
            {
                text.Append(character);
            }
        }

        return path.IsEmpty ? null : text.ToString();
    }

    /// <summary>From <c>user_name</c> to <c>userName</c>; null when the way back would lead elsewhere.</summary>
    public static string? FormatMaskPath(string path)
    {
        var text = new StringBuilder(path.Length);
        var isAfterUnderscore = false;
        foreach (var character in path)
        {
            if (isAfterUnderscore && !char.IsAsciiLetterLower(character))
            {
                return null;
            }

            if (character == '_')
            {
                isAfterUnderscore = true;
                continue;
            }

            if (char.IsAsciiLetterUpper(character) || (!char.IsAsciiLetterOrDigit(character) && character != '.'))
            {
                return null;
            }

            text.Append(isAfterUnderscore ? char.ToUpperInvariant(character) : character);
            isAfterUnderscore = false;
        }

        return isAfterUnderscore || path.Length == 0 ? null : text.ToString();
    }

    private static bool TryTakeFraction(ref ReadOnlySpan<char> text, out int nanos)
    {
        nanos = 0;
        if (text.IsEmpty || text[0] != '.')
        {
            return true;
        }

        var end = text[1..].IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? text[1..] : text[1..(end + 1)];
        if (digits.Length is 0 or > FractionDigits)
        {
            return false;
        }

        for (var place = 0; place < FractionDigits; place++)
        {
            nanos = (nanos * 10) + (place < digits.Length ? digits[place] - '0' : 0);
        }

        text = text[(digits.Length + 1)..];
        return true;
    }

    private static bool TryReadOffset(ReadOnlySpan<char> text, out int seconds)
    {
        seconds = 0;
        if (text is "Z")
        {
            return true;
        }

        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':'
            || !int.TryParse(text[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(text[4..], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            || hours > 23 || minutes > 59)
        {
            return false;
        }

        seconds = ((hours * 60) + minutes) * (text[0] == '-' ? -60 : 60);
        return true;
    }

    private static void AppendFraction(StringBuilder text, int nanos)
    {
        if (nanos == 0)
        {
            return;
        }

        var (value, format) = nanos % 1_000_000 == 0 ? (nanos / 1_000_000, "000") : nanos % 1000 == 0 ? (nanos / 1000, "000000") : (nanos, "000000000");
        text.Append('.').Append(value.ToString(format, CultureInfo.InvariantCulture));
    }
}
