using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.Gateway.Validation;

/// <summary>Files that the configuration names can be read and hold what they should. No message repeats what else they hold.</summary>
internal static class FileRules
{
    public static void CheckFile(ErrorList errors, string path, string? file, string remedy = "Write the path of a PEM file")
    {
        if (string.IsNullOrEmpty(file))
        {
            return;
        }

        try
        {
            using FileStream _ = File.OpenRead(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            errors.Add(path, $"there is no file {ErrorList.Quote(Path.GetFullPath(file))}", remedy);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Add(path, $"the file {ErrorList.Quote(file)} cannot be read", "Let the gateway's user read it");
        }
    }

    /// <summary>A key comes with its certificate.</summary>
    public static void CheckPair(ErrorList errors, string certificateKey, string? certificate, string? key)
    {
        if (!string.IsNullOrEmpty(key) && string.IsNullOrEmpty(certificate))
        {
            errors.Add(certificateKey, "a key is given but no certificate", "Name the certificate's file, or remove the key");
        }
    }

    /// <summary>
    /// The certificate's file holds a certificate, and the key's file (or the same file, where no other is named) its private key.
    /// </summary>
    public static void CheckCertificate(ErrorList errors, string certificateKey, string? certificate, string keyKey, string? key)
    {
        CheckFile(errors, certificateKey, certificate);
        CheckFile(errors, keyKey, key);
        if (string.IsNullOrEmpty(certificate) || errors.Covers(certificateKey) || errors.Covers(keyKey))
        {
            return;
        }

        try
        {
            var read = new X509Certificate2Collection();
            read.ImportFromPemFile(certificate);
            if (read.Count == 0)
            {
                throw new CryptographicException("The file is not a PEM file.");
            }
        }
        catch (CryptographicException)
        {
            errors.Add(certificateKey, $"the file {ErrorList.Quote(certificate)} holds no certificate", "Write the path of a PEM file with one");
            return;
        }

        bool hasKeyFile = !string.IsNullOrEmpty(key);
        try
        {
            using X509Certificate2 _ = X509Certificate2.CreateFromPemFile(certificate, hasKeyFile ? key : null);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            errors.Add(
                hasKeyFile ? keyKey : certificateKey,
                $"the file {ErrorList.Quote(hasKeyFile ? key! : certificate)} holds no key that fits the certificate",
                hasKeyFile ? "Write the path of a PEM file with it, without a password" : $"Write the path of the key's file into {keyKey}");
        }
    }
}
