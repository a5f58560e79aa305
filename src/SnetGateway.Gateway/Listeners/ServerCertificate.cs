using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.Gateway.Listeners;

/// <summary>The certificate of the public listener. New connections get the one that was loaded last.</summary>
internal sealed class ServerCertificate(string certificatePath, string? keyPath)
{
    private SslServerAuthenticationOptions? _current;

    /// <summary>The options of a new TLS connection.</summary>
    public SslServerAuthenticationOptions Current => _current ?? Load();

    /// <summary>Reads the files. When they cannot be read, the previous certificate stays in use.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file contains no certificate, or no matching
    /// key.</exception>
    public SslServerAuthenticationOptions Load()
    {
        using var read = X509Certificate2.CreateFromPemFile(certificatePath, string.IsNullOrEmpty(keyPath) ? null : keyPath);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificatePath);

        // A key read from PEM is in memory only, and some platforms cannot use such a key for TLS.
        X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        return _current = options;
    }
}
