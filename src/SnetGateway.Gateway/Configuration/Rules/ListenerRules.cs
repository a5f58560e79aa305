using System.Net;
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
            context.Complain($"{Admin}:Address", $"the public listener has port {adminPoint.Port} too", "Give each listener its own port");
        }

        if (hasAdmin && !IPAddress.IsLoopback(adminPoint.Address))
        {
            context.Complain(
                $"{Admin}:Address", "the admin listener asks for no token and would be open to others", "Write a loopback address, as 127.0.0.1:7001");
        }

        CheckFile(context, $"{Public}:{nameof(PublicListenerOptions.CertificatePath)}", consumers.CertificatePath);
        CheckFile(context, $"{Public}:{nameof(PublicListenerOptions.KeyPath)}", consumers.KeyPath);
        if (!string.IsNullOrEmpty(consumers.KeyPath) && string.IsNullOrEmpty(consumers.CertificatePath))
        {
            context.Complain(
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
            context.Complain(path, $"there is no file {MistakeList.Quote(Path.GetFullPath(file))}", remedy);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            context.Complain(path, $"the file {MistakeList.Quote(file)} cannot be read", "Let the gateway's user read it");
        }
    }

    private static bool Overlap(IPAddress left, IPAddress right) => left.Equals(right) || IsAny(left) || IsAny(right);

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
