using System.Net;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// Load balancers that must send a PROXY header. A header from any other peer is not accepted, because any client could forge it.
/// </summary>
internal sealed class TrustedProxies(IEnumerable<string> networks)
{
    private readonly IPNetwork[] _networks = [.. networks.Select(Parse)];

    public bool Contains(EndPoint? peer)
    {
        if (_networks.Length == 0 || peer is not IPEndPoint { Address: var address })
        {
            return false;
        }

        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _networks.Any(network => network.Contains(plain));
    }

    /// <summary>Parses a network such as `10.0.0.0/8`, or one address.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out IPAddress? single))
        {
            network = new IPNetwork(single, single.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }

    private static IPNetwork Parse(string text) => TryParse(text, out IPNetwork network)
        ? network
        : throw new FormatException($"'{text}' is not an address or a network.");
}
