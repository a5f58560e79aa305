namespace SnetGateway.Gateway.Configuration.Forms;

/// <summary>An authority as clients send it: a host name or address, and a port where it is not the scheme's own.</summary>
public sealed class HostFormAttribute() : ValueFormAttribute("a host, as api.example.org or api.example.org:7000 (no scheme, no path)")
{
    public override bool Accepts(string value)
    {
        string name = value.StartsWith("*.", StringComparison.Ordinal) ? value[2..] : value;
        return Uri.TryCreate($"http://{name}/", UriKind.Absolute, out Uri? uri)
            && uri.UserInfo.Length == 0
            && uri.AbsolutePath == "/"
            && uri.Query.Length == 0
            && uri.Fragment.Length == 0
            && !name.Contains('/', StringComparison.Ordinal)
            && !name.Contains('\\', StringComparison.Ordinal);
    }
}
