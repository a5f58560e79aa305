using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SnetGateway.Gateway.Configuration.Forms;
using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>Listeners can bind side by side, their files are there, and the operator's port is nobody else's.</summary>
internal static class ListenerRules
{
    private const string Public = $"{ListenerOptions.Section}:{nameof(ListenerOptions.Public)}";
    private const string Admin = $"{ListenerOptions.Section}:{nameof(ListenerOptions.Admin)}";

    public static void Check(RuleContext context)
    {
        PublicListenerOptions consumers = context.Options.Listeners.Public;
        bool hasPublic = EndPointFormAttribute.TryParse(consumers.Address, out IPEndPoint publicPoint);
        bool hasAdmin = EndPointFormAttribute.TryParse(context.Options.Listeners.Admin.Address, out IPEndPoint adminPoint);
        if (hasPublic && hasAdmin && publicPoint.Port != 0 && publicPoint.Port == adminPoint.Port && Overlap(publicPoint.Address, adminPoint.Address))
        {
            context.AddError($"{Admin}:Address", $"the public listener has port {adminPoint.Port} too", "Give each listener its own port");
        }

        if (hasAdmin && !IPAddress.IsLoopback(adminPoint.Address))
        {
            context.AddError(
                $"{Admin}:Address", "the admin listener asks for no token and would be open to others", "Write a loopback address, as 127.0.0.1:7001");
        }

        CheckCertificate(
            context,
            $"{Public}:{nameof(PublicListenerOptions.CertificatePath)}",
            consumers.CertificatePath,
            $"{Public}:{nameof(PublicListenerOptions.KeyPath)}",
            consumers.KeyPath);
        if (!string.IsNullOrEmpty(consumers.KeyPath) && string.IsNullOrEmpty(consumers.CertificatePath))
        {
            context.AddError(
                $"{Public}:{nameof(PublicListenerOptions.CertificatePath)}", "a key is given but no certificate", "Name the certificate's file, or take the key out");
        }
    }

    /// <summary>A file that is named is there and can be read.</summary>
    public static void CheckFile(RuleContext context, string path, string? file, string remedy = "Write the path of a PEM file")
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
            context.AddError(path, $"there is no file {ErrorList.Quote(Path.GetFullPath(file))}", remedy);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            context.AddError(path, $"the file {ErrorList.Quote(file)} cannot be read", "Let the gateway's user read it");
        }
    }

    /// <summary>The files hold a certificate and the key that fits it. No message tells what else they hold.</summary>
    public static void CheckCertificate(RuleContext context, string certificateKey, string? certificate, string keyKey, string? key)
    {
        CheckFile(context, certificateKey, certificate);
        CheckFile(context, keyKey, key);
        if (string.IsNullOrEmpty(certificate) || context.Errors.Covers(certificateKey) || context.Errors.Covers(keyKey))
        {
            return;
        }

        try
        {
            var read = new X509Certificate2Collection();
            read.ImportFromPemFile(certificate);
            if (read.Count == 0)
            {
                throw new CryptographicException("The file is no PEM.");
            }
        }
        catch (CryptographicException)
        {
            context.AddError(certificateKey, $"the file {ErrorList.Quote(certificate)} holds no certificate", "Write the path of a PEM file with one");
            return;
        }

        try
        {
            using X509Certificate2 _ = X509Certificate2.CreateFromPemFile(certificate, string.IsNullOrEmpty(key) ? null : key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException && string.IsNullOrEmpty(key))
        {
            context.AddError(
                certificateKey,
                $"the file {ErrorList.Quote(certificate)} holds no key that fits its certificate",
                $"Write the path of the key's file into {keyKey}");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            context.AddError(
                keyKey, $"the file {ErrorList.Quote(key!)} holds no key that fits the certificate", "Write the path of a PEM file with it, without a password");
        }
    }

    private static bool Overlap(IPAddress left, IPAddress right) => left.Equals(right) || IsAny(left) || IsAny(right);

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
