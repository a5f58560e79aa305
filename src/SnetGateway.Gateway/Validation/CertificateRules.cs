using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.Gateway.Validation;

/// <summary>
/// `CertificatePath` names a file with a certificate, and `KeyPath`, or the same file where it is not set, holds the private key. The
/// schema has found that the files can be read. No message repeats what they hold.
/// </summary>
internal static class CertificateRules
{
    /// <param name="path">The path of the object that has both keys.</param>
    /// <param name="certificatePath">The value of `CertificatePath`.</param>
    /// <param name="keyPath">The value of `KeyPath`.</param>
    /// <param name="errors">Takes the errors.</param>
    public static void Check(string path, string? certificatePath, string? keyPath, ErrorList errors)
    {
        new KeyRules(path, errors).Requires(keyPath, certificatePath, "KeyPath", "CertificatePath");
        string certificateKey = $"{path}:CertificatePath", keyKey = $"{path}:KeyPath";
        if (string.IsNullOrEmpty(certificatePath) || errors.Covers(certificateKey) || errors.Covers(keyKey))
        {
            return;
        }

        bool hasKeyFile = !string.IsNullOrEmpty(keyPath);
        if (!HoldsCertificate(certificatePath))
        {
            string problem = $"the file {ErrorList.Quote(certificatePath)} holds no certificate";
            errors.Add(certificateKey, problem, "Write the path of a PEM file with one");
        }
        else if (!HoldsKey(certificatePath, hasKeyFile ? keyPath : null))
        {
            errors.Add(
                hasKeyFile ? keyKey : certificateKey,
                $"the file {ErrorList.Quote(hasKeyFile ? keyPath! : certificatePath)} holds no key that fits the certificate",
                hasKeyFile
                    ? "Write the path of a PEM file with it, without a password"
                    : $"Write the path of the key's file into {keyKey}");
        }
    }

    private static bool HoldsCertificate(string path)
    {
        try
        {
            var read = new X509Certificate2Collection();
            read.ImportFromPemFile(path);
            return read.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool HoldsKey(string certificatePath, string? keyPath)
    {
        try
        {
            using var _ = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
