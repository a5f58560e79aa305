using System.Buffers;

namespace SnetGateway.Gateway.Acme;

/// <summary>The token of a challenge: characters of base64url (RFC 8555, section 8.1).</summary>
internal static class AcmeToken
{
    private const int MaxLength = 128;

    private static readonly SearchValues<char> s_characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static bool IsValid(ReadOnlySpan<char> token) => token.Length is > 0 and <= MaxLength && !token.ContainsAnyExcept(s_characters);
}
