using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.Gateway.Acme;

/// <summary>Names a certificate towards its authority (RFC 9773, section 4.1).</summary>
internal static class RenewalId
{
    /// <summary>Null where the certificate does not say which key signed it.</summary>
    public static string? Of(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is { } authority
            ? $"{Base64Url.EncodeToString(authority.Span)}.{Base64Url.EncodeToString(certificate.SerialNumberBytes.Span)}"
            : null;
}
