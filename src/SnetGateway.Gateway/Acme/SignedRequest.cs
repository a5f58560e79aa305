using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SnetGateway.Gateway.Acme;

/// <summary>Signed requests: JSON Web Signatures in their flattened form (RFC 8555, section 6.2; RFC 7515).</summary>
internal static class SignedRequest
{
    /// <summary>A request of an account.</summary>
    /// <param name="key">The account's key.</param>
    /// <param name="account">The account's URL; null for a request that creates it.</param>
    /// <param name="url">Where the request goes.</param>
    /// <param name="nonce">A nonce of the authority that no other request uses.</param>
    /// <param name="payload">What is asked; null to read only ("POST as GET").</param>
    public static JsonObject Sign(AcmeKey key, Uri? account, Uri url, string nonce, JsonObject? payload)
    {
        var header = new JsonObject { ["alg"] = "ES256", ["nonce"] = nonce, ["url"] = url.AbsoluteUri };
        (string who, JsonNode value) = account is null ? ("jwk", key.PublicKey) : ("kid", (JsonNode)account.AbsoluteUri);
        header[who] = value;
        return Sign(header, payload?.ToJsonString() ?? "", data => key.Sign(data));
    }

    /// <summary>Binds a new account to an external one (RFC 8555, section 7.3.4).</summary>
    /// <param name="key">The new account's key.</param>
    /// <param name="keyId">The identifier of the MAC key.</param>
    /// <param name="macKey">The MAC key.</param>
    /// <param name="newAccount">Where the new account is created.</param>
    public static JsonObject Bind(AcmeKey key, string keyId, byte[] macKey, Uri newAccount) => Sign(
        new JsonObject { ["alg"] = "HS256", ["kid"] = keyId, ["url"] = newAccount.AbsoluteUri },
        key.PublicKey.ToJsonString(),
        data => HMACSHA256.HashData(macKey, data));

    private static JsonObject Sign(JsonObject header, string payload, Func<byte[], byte[]> sign)
    {
        string first = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()));
        string second = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        byte[] signature = sign(Encoding.ASCII.GetBytes($"{first}.{second}"));
        return new JsonObject { ["protected"] = first, ["payload"] = second, ["signature"] = Base64Url.EncodeToString(signature) };
    }
}
