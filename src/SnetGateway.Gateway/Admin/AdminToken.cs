using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Admin;

/// <summary>The token that requests of the admin listener must have, if one is configured. It appears in no text.</summary>
internal sealed class AdminToken(IOptions<ListenerOptions> listeners)
{
    private const string Scheme = "Bearer ";

    private readonly byte[]? _hash = string.IsNullOrEmpty(listeners.Value.Admin.TokenPath)
        ? null
        : HashOf(Read(listeners.Value.Admin.TokenPath));

    /// <summary>Whether requests must have it.</summary>
    public bool IsRequired => _hash is not null;

    /// <summary>The token in a file. Throws what reading a file throws.</summary>
    public static string Read(string path) => File.ReadAllText(path).Trim();

    /// <summary>Whether a request may be served by the token in its header, or because none is required.</summary>
    public bool Admits(HttpRequest request) =>
        !IsRequired
        || (request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && Matches(header[Scheme.Length..].Trim()));

    /// <summary>Whether a text is the token. The time that it takes does not depend on how much of it is right.</summary>
    public bool Matches(string token) => _hash is not null && CryptographicOperations.FixedTimeEquals(HashOf(token), _hash);

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
