using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>A certificate of its own for the public listener, gone with the test.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("snet-tls-").FullName;

    public TestCertificate()
    {
        Replace();
    }

    /// <summary>Writes another one into the files.</summary>
    public void Replace()
    {
        using X509Certificate2 certificate = Create();
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>One that nobody trusts, with its key.</summary>
    public static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    public Dictionary<string, string?> Settings => new()
    {
        ["SnetGateway:Listeners:Public:CertificatePath"] = CertificatePath,
        ["SnetGateway:Listeners:Public:KeyPath"] = KeyPath,
    };

    private string CertificatePath => Path.Combine(_folder, "certificate.pem");

    private string KeyPath => Path.Combine(_folder, "key.pem");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
