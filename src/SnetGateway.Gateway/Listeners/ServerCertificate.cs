using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.Gateway.Listeners;

/// <summary>The certificate of the public listener. New connections get the one that was loaded last.</summary>
internal sealed class ServerCertificate(string certificatePath, string? keyPath)
{
    private SslServerAuthenticationOptions? _current;

    /// <summary>What a new TLS connection is opened with.</summary>
    public SslServerAuthenticationOptions Current => _current ?? Load();

    /// <summary>Reads the files. What was loaded before stays when they cannot be read.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds no certificate or no key that fits it.</exception>
    public SslServerAuthenticationOptions Load()
    {
        using X509Certificate2 read = X509Certificate2.CreateFromPemFile(certificatePath, string.IsNullOrEmpty(keyPath) ? null : keyPath);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificatePath);

        // A key read from PEM lives in memory only, and some platforms serve no such key.
        X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        return _current = options;
    }
}
