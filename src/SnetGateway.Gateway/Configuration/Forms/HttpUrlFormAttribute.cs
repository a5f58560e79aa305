namespace SnetGateway.Gateway.Configuration.Forms;

/// <summary>An HTTP URL. Providers put keys into them, so no message repeats one.</summary>
public sealed class HttpUrlFormAttribute() : ValueFormAttribute("an http or https URL")
{
    public override bool MayHoldSecret => true;

    public override bool Accepts(string value) => Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
