using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>A certificate of its own for the public listener, gone with the test.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("snet-tls-").FullName;

    public TestCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
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
