using System.Globalization;

namespace SnetGateway.GrpcWire.Headers;

/// <summary>The value of <c>grpc-timeout</c>: one to eight digits and a unit, one of H, M, S, m, u, n.</summary>
public static class GrpcTimeout
{
    private const int MostDigits = 8;
    private const long Largest = 99_999_999;
    private const int NanosecondsPerTick = 100;

    /// <summary>
    /// Parses a timeout. Nanoseconds are rounded down to the 100 ns of a <see cref="TimeSpan"/>, so the value never grows.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> value, out TimeSpan timeout)
    {
        timeout = default;
        if (value.Length is < 2 or > MostDigits + 1
            || !long.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return false;
        }

        long ticks = value[^1] switch
        {
            'H' => number * TimeSpan.TicksPerHour,
            'M' => number * TimeSpan.TicksPerMinute,
            'S' => number * TimeSpan.TicksPerSecond,
            'm' => number * TimeSpan.TicksPerMillisecond,
            'u' => number * TimeSpan.TicksPerMicrosecond,
            'n' => number / NanosecondsPerTick,
            _ => -1,
        };
        timeout = ticks < 0 ? default : new TimeSpan(ticks);
        return ticks >= 0;
    }

    /// <summary>
    /// Formats a timeout in the finest unit that fits eight digits, rounded down: a forwarded deadline must not move later. Zero and less
    /// are <c>0n</c>.
    /// </summary>
    public static string Format(TimeSpan timeout)
    {
        (long number, char unit) = timeout.Ticks switch
        {
            <= 0 => (0L, 'n'),
            <= Largest / NanosecondsPerTick => (timeout.Ticks * NanosecondsPerTick, 'n'),
            var ticks when ticks / TimeSpan.TicksPerMicrosecond <= Largest => (ticks / TimeSpan.TicksPerMicrosecond, 'u'),
            var ticks when ticks / TimeSpan.TicksPerMillisecond <= Largest => (ticks / TimeSpan.TicksPerMillisecond, 'm'),
            var ticks when ticks / TimeSpan.TicksPerSecond <= Largest => (ticks / TimeSpan.TicksPerSecond, 'S'),
            var ticks when ticks / TimeSpan.TicksPerMinute <= Largest => (ticks / TimeSpan.TicksPerMinute, 'M'),
            var ticks => (Math.Min(ticks / TimeSpan.TicksPerHour, Largest), 'H'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
    }
}
