namespace SnetGateway.Gateway.Configuration.Forms;

/// <summary>An origin as browsers send it: scheme, host, and a port where it is not the scheme's own.</summary>
public sealed class OriginFormAttribute() : ValueFormAttribute("an origin, as https://app.example.org or http://localhost:3000 (no path)")
{
    public override bool Accepts(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? uri)
        && uri.Host.Length > 0
        && uri.UserInfo.Length == 0
        && string.Equals(value, uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
