using System.Text;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>A client's header as text. The listeners keep each byte of a header as one character; what a text repeats is what those bytes say.</summary>
internal static class HeaderText
{
    /// <summary>The value read as UTF-8; invalid bytes become U+FFFD. The same instance when it is ASCII.</summary>
    public static string Of(string? value) =>
        value is null ? string.Empty : Ascii.IsValid(value) ? value : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value));
}
