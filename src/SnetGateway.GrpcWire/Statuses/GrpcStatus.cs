using System.Globalization;

namespace SnetGateway.GrpcWire.Statuses;

/// <summary>How a call ended: the number of <c>grpc-status</c> and the decoded text of <c>grpc-message</c>.</summary>
/// <param name="Code">The status code; any integer, see <see cref="GrpcStatusCode"/>.</param>
/// <param name="Message">The text for the client, not percent-encoded; empty when there is none.</param>
public readonly record struct GrpcStatus(GrpcStatusCode Code, string Message)
{
    private const int SmallestCached = 0;
    private const int LargestCached = 16;

    private static readonly string[] CodeTexts =
        [.. Enumerable.Range(SmallestCached, LargestCached + 1).Select(code => code.ToString(CultureInfo.InvariantCulture))];

    /// <summary>A status whose code need not be one of the named ones.</summary>
    public GrpcStatus(int code, string message)
        : this((GrpcStatusCode)code, message)
    {
    }

    /// <summary>The call succeeded.</summary>
    public static GrpcStatus Ok { get; } = new(GrpcStatusCode.Ok, string.Empty);

    /// <summary>Whether the call succeeded.</summary>
    public bool IsOk => Code == GrpcStatusCode.Ok;

    /// <summary>The code as <c>grpc-status</c> carries it; without allocation for the named codes.</summary>
    public string CodeText => (int)Code is >= SmallestCached and <= LargestCached
        ? CodeTexts[(int)Code]
        : ((int)Code).ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the value of <c>grpc-status</c>: decimal digits of a non-negative 32-bit number, nothing else.</summary>
    public static bool TryParseCode(ReadOnlySpan<char> text, out GrpcStatusCode code)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            code = (GrpcStatusCode)number;
            return true;
        }

        code = GrpcStatusCode.Unknown;
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => Message is null or "" ? $"{Code}" : $"{Code}: {Message}";
}
