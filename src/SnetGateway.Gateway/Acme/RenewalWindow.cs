using System.Text.Json;

namespace SnetGateway.Gateway.Acme;

/// <summary>When the authority suggests to renew a certificate (RFC 9773, section 4.2).</summary>
internal sealed record RenewalWindow(DateTimeOffset Start, DateTimeOffset End)
{
    /// <exception cref="AcmeException">It is not a window, or it ends before it starts.</exception>
    public static RenewalWindow Read(ReadOnlyMemory<byte> body)
    {
        RenewalWindow window = AcmeJson.Read(body, "a renewal window", static root =>
        {
            JsonElement suggested = root.GetProperty("suggestedWindow");
            return new RenewalWindow(suggested.GetProperty("start").GetDateTimeOffset(), suggested.GetProperty("end").GetDateTimeOffset());
        });
        return window.Start < window.End
            ? window
            : throw new AcmeException("the authority sent a renewal window that ends before it starts");
    }
}
