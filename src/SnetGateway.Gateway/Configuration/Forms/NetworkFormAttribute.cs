using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Configuration.Forms;

/// <summary>Machines by their addresses.</summary>
public sealed class NetworkFormAttribute() : ValueFormAttribute("an IP address or a network, as 10.0.0.7 or 10.0.0.0/8")
{
    public override bool Accepts(string value) => TrustedProxies.TryParse(value, out _);
}
