using System.Net;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Both listeners can bind side by side, their files can be used, and the admin listener is on loopback.</summary>
internal static class ListenerRules
{
    private const string Public = $"{ListenerOptions.Section}:{nameof(ListenerOptions.Public)}";
    private const string AdminAddress = $"{ListenerOptions.Section}:{nameof(ListenerOptions.Admin)}:{nameof(AdminListenerOptions.Address)}";

    public static void Check(ListenerOptions options, ErrorList errors)
    {
        PublicListenerOptions consumers = options.Public;
        if (TryParseEndPoint(options.Admin.Address, out IPEndPoint admin))
        {
            bool isTaken = TryParseEndPoint(consumers.Address, out IPEndPoint other)
                && other.Port != 0 && other.Port == admin.Port && Overlap(other.Address, admin.Address);
            bool isOpen = !IPAddress.IsLoopback(admin.Address);
            errors.Check(
                AdminAddress,
                (isTaken, $"the public listener has port {admin.Port} too", "Give each listener its own port"),
                (isOpen, "it has no authentication, so other machines could use it", "Write a loopback address, as 127.0.0.1:7001"));
        }

        CertificateRules.Check(Public, consumers.CertificatePath, consumers.KeyPath, errors);
    }

    /// <summary>Reads an address with its port. One without a port is refused: the port would silently be 0.</summary>
    public static bool TryParseEndPoint(string value, out IPEndPoint endPoint)
    {
        endPoint = new IPEndPoint(IPAddress.None, 0);
        int colon = value.LastIndexOf(':');
        bool hasPort = colon > 0 && (value[0] == '[' ? value[colon - 1] == ']' : value.IndexOf(':') == colon);
        if (!hasPort || !IPEndPoint.TryParse(value, out IPEndPoint? parsed))
        {
            return false;
        }

        endPoint = parsed;
        return true;
    }

    private static bool Overlap(IPAddress left, IPAddress right) => left.Equals(right) || IsAny(left) || IsAny(right);

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
