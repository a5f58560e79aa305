using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.Gateway.Listeners;

/// <summary>A certificate with its chain and key, ready for TLS connections.</summary>
internal sealed class TlsCertificate
{
    private TlsCertificate(X509Certificate2 leaf, X509Certificate2Collection chain, SslApplicationProtocol[] protocols)
    {
        Leaf = leaf;
        Names = NamesOf(leaf);
        Options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
            ApplicationProtocols = [.. protocols],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
    }

    /// <summary>The certificate itself, with its key.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>The host names that it is valid for; `*.example.org` for all names one level below. Never empty.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The options of a new TLS connection.</summary>
    public SslServerAuthenticationOptions Options { get; }

    public DateTimeOffset NotBefore => new(Leaf.NotBefore);

    public DateTimeOffset NotAfter => new(Leaf.NotAfter);

    /// <summary>Reads PEM texts.</summary>
    /// <param name="certificate">The certificate, followed by its chain.</param>
    /// <param name="key">Its private key.</param>
    /// <exception cref="CryptographicException">A text contains no certificate, or no matching key.</exception>
    public static TlsCertificate Read(string certificate, string key)
    {
        try
        {
            using var read = X509Certificate2.CreateFromPem(certificate, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            return Of(read, chain, [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]);
        }
        catch (ArgumentException exception)
        {
            throw new CryptographicException("The key does not fit the certificate.", exception);
        }
    }

    /// <summary>A certificate with its key, for connections of these protocols only.</summary>
    public static TlsCertificate Of(X509Certificate2 certificate, X509Certificate2Collection chain, SslApplicationProtocol[] protocols) =>
        // A key read from PEM is in memory only, and some platforms cannot use such a key for TLS.
        new(X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null), chain, protocols);

    private static string[] NamesOf(X509Certificate2 certificate)
    {
        string[] names =
        [
            .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()),
        ];
        return names.Length > 0 ? names : [certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)];
    }
}
