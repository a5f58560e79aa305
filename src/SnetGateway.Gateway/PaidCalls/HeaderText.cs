using System.Text;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>A client's header as text for a message. The listeners keep each byte of a header as one character.</summary>
internal static class HeaderText
{
    /// <summary>The value read as UTF-8; invalid bytes become U+FFFD. The same instance when it is ASCII.</summary>
    public static string Of(string? value) =>
        value is null ? string.Empty : Ascii.IsValid(value) ? value : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value));
}
