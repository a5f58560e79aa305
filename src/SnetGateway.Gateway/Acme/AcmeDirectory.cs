using System.Text.Json;

namespace SnetGateway.Gateway.Acme;

/// <summary>The URLs of the authority's methods (RFC 8555, section 7.1.1).</summary>
/// <param name="NewNonce">Gives a nonce.</param>
/// <param name="NewAccount">Creates or finds an account.</param>
/// <param name="NewOrder">Takes orders.</param>
/// <param name="RenewalInfo">Says when to renew a certificate (RFC 9773); null where the authority has no such method.</param>
/// <param name="RequiresExternalAccount">Whether a new account needs an external one.</param>
internal sealed record AcmeDirectory(Uri NewNonce, Uri NewAccount, Uri NewOrder, Uri? RenewalInfo, bool RequiresExternalAccount)
{
    /// <exception cref="AcmeException">It is not a directory.</exception>
    public static AcmeDirectory Read(ReadOnlyMemory<byte> body) => AcmeJson.Read(body, "a directory", static root => new AcmeDirectory(
        AcmeJson.Url(root, "newNonce"),
        AcmeJson.Url(root, "newAccount"),
        AcmeJson.Url(root, "newOrder"),
        AcmeJson.UrlOrNone(root, "renewalInfo"),
        root.TryGetProperty("meta", out JsonElement meta)
            && meta.TryGetProperty("externalAccountRequired", out JsonElement required) && required.ValueKind == JsonValueKind.True));
}
