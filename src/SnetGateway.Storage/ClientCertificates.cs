using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage;

/// <summary>The trusted authorities and the client certificate of a connection to a store.</summary>
internal sealed class ClientCertificates
{
    /// <summary>Throws <see cref="StoreUnavailableException"/> when a file cannot be read.</summary>
    /// <param name="store">The store's name, for the error.</param>
    /// <param name="caPath">PEM file with the trusted authorities; empty for those of the system.</param>
    /// <param name="certificatePath">PEM file with the client certificate, read again for each new connection; empty for none.</param>
    /// <param name="keyPath">PEM file with its key; empty when the certificate's file contains it.</param>
    public ClientCertificates(string store, string? caPath, string? certificatePath, string? keyPath)
    {
        try
        {
            if (!string.IsNullOrEmpty(caPath))
            {
                Trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                Trust.CustomTrustStore.ImportFromPemFile(caPath);
            }

            if (!string.IsNullOrEmpty(certificatePath))
            {
                _ = Load(certificatePath, keyPath); // so that an invalid file is found at startup
                Select = (_, _, _, _, _) => Load(certificatePath, keyPath);
            }
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"A certificate for {store} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The trust policy; null is the system's.</summary>
    public X509ChainPolicy? Trust { get; }

    /// <summary>Selects the client certificate; null when there is none.</summary>
    public LocalCertificateSelectionCallback? Select { get; }

    private static X509Certificate2 Load(string certificatePath, string? keyPath) =>
        X509Certificate2.CreateFromPemFile(certificatePath, string.IsNullOrEmpty(keyPath) ? null : keyPath);
}
