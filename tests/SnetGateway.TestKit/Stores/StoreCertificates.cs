using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SnetGateway.TestKit.Etcd;

namespace SnetGateway.TestKit.Stores;

/// <summary>PEM files of an authority, and of a certificate for 127.0.0.1 that both sides use.</summary>
public static class StoreCertificates
{
    /// <summary>Writes NAME-ca.pem, NAME.pem and NAME.key.</summary>
    public static EtcdTls Write(string folder, string name)
    {
        DateTimeOffset from = TimeProvider.System.GetUtcNow().AddDays(-1), until = TimeProvider.System.GetUtcNow().AddDays(7);
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest($"CN=authority {name}", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 ca = caRequest.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=store", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
        using X509Certificate2 certificate = request.Create(ca, from, until, [1, 2, 3, 4]);
        return new EtcdTls(
            Write(Path.Combine(folder, $"{name}-ca.pem"), ca.ExportCertificatePem),
            Write(Path.Combine(folder, $"{name}.pem"), certificate.ExportCertificatePem),
            Write(Path.Combine(folder, $"{name}.key"), key.ExportPkcs8PrivateKeyPem));
    }

    private static string Write(string path, Func<string> pem)
    {
        File.WriteAllText(path, pem());
        return path;
    }
}
