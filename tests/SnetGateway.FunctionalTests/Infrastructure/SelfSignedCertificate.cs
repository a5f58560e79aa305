using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>A certificate for this machine that is its own authority, as files.</summary>
internal static class SelfSignedCertificate
{
    public static string KeyOf(string folder) => Path.Combine(folder, "key.pem");

    /// <returns>The path of the certificate.</returns>
    public static string Write(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string path = Path.Combine(folder, "certificate.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        File.WriteAllText(KeyOf(folder), key.ExportPkcs8PrivateKeyPem());
        return path;
    }
}
