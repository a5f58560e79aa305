using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.Gateway.Validation;

/// <summary>
/// `CertificatePath` names a file with a certificate, and `KeyPath`, or the same file where it is not set, holds the private key. The
/// schema has found that the files can be read. No message repeats what they hold.
/// </summary>
internal static class CertificateRules
{
    /// <summary>Checks the object at <paramref name="path"/>, which has both keys.</summary>
    public static void Check(string path, string? certificatePath, string? keyPath, ErrorList errors)
    {
        new KeyRules(path, errors).Requires(keyPath, certificatePath, "KeyPath", "CertificatePath");
        string certificateKey = $"{path}:CertificatePath", keyKey = $"{path}:KeyPath";
        if (string.IsNullOrEmpty(certificatePath) || errors.Covers(certificateKey) || errors.Covers(keyKey))
        {
            return;
        }

        bool hasKeyFile = !string.IsNullOrEmpty(keyPath);
        bool isCertificate = Attempt.Succeeds(() =>
        {
            X509Certificate2Collection chain = [];
            chain.ImportFromPemFile(certificatePath);
            return chain[0];
        });
        bool isKey = Attempt.Succeeds(() => X509Certificate2.CreateFromPemFile(certificatePath, hasKeyFile ? keyPath : null));
        errors.Check(certificateKey, (
            !isCertificate,
            $"the file {ErrorList.Quote(certificatePath)} holds no certificate",
            "Write the path of a PEM file with one"));
        errors.Check(hasKeyFile ? keyKey : certificateKey, (
            isCertificate && !isKey,
            $"the file {ErrorList.Quote(hasKeyFile ? keyPath! : certificatePath)} holds no key that fits the certificate",
            hasKeyFile
                ? "Write the path of a PEM file with it, without a password"
                : $"Write the path of the key's file into {keyKey}"));
    }
}
