using System.Security.Cryptography;
using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Acme;

/// <summary>What an order gave: PEM texts, and the certificate that they make.</summary>
internal sealed record IssuedCertificate(string Chain, string Key, TlsCertificate Certificate)
{
    /// <summary>Hides the key.</summary>
    public override string ToString() => string.Join(", ", Certificate.Names);

    /// <summary>Checks that it can be served for the host.</summary>
    /// <exception cref="AcmeException">It cannot.</exception>
    public static IssuedCertificate Read(string chain, string key, string domain, DateTimeOffset now)
    {
        try
        {
            var certificate = TlsCertificate.Read(chain, key);
            return !certificate.Leaf.MatchesHostname(domain)
                ? throw new AcmeException("the authority issued a certificate for another host")
                : certificate.NotAfter <= now ? throw new AcmeException("the authority issued a certificate that has expired")
                : new IssuedCertificate(chain, key, certificate);
        }
        catch (CryptographicException)
        {
            throw new AcmeException("the authority issued a certificate that cannot be read, or for another key");
        }
    }
}
