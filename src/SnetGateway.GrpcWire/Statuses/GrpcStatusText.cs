using System.Globalization;
using Grpc.Core;

namespace SnetGateway.GrpcWire.Statuses;

/// <summary>
/// The value of <c>grpc-status</c>. It is a decimal number, and services send numbers outside the named codes (this network uses 1000), so
/// any integer is a valid <see cref="StatusCode"/> here.
/// </summary>
public static class GrpcStatusText
{
    private static readonly string[] s_named =
        [.. Enumerable.Range(0, (int)StatusCode.Unauthenticated + 1).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The code as text. Allocates nothing for the named codes.</summary>
    public static string Of(StatusCode code) => (int)code is >= 0 and <= (int)StatusCode.Unauthenticated
        ? s_named[(int)code]
        : ((int)code).ToString(CultureInfo.InvariantCulture);

    /// <summary>Parses <c>grpc-status</c>: decimal digits of a non-negative 32-bit number and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out StatusCode code)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            code = (StatusCode)number;
            return true;
        }

        code = StatusCode.Unknown;
        return false;
    }
}
