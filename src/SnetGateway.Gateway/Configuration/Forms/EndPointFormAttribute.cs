using System.Net;

namespace SnetGateway.Gateway.Configuration.Forms;

/// <summary>Where a listener binds.</summary>
public sealed class EndPointFormAttribute() : ValueFormAttribute("an IP address and a port, as 0.0.0.0:7000 or [::1]:7000")
{
    public override bool Accepts(string value) => TryParse(value, out _);

    /// <summary>Reads an address with its port; one without a port is refused, because the port would silently be 0.</summary>
    public static bool TryParse(string value, out IPEndPoint endPoint)
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
}
